import type { Authentication, CommonContext, DemandMFA, Method } from "durward";

const factors = ["totp", "webauthn", "passkey", "lookup_secret", "sms", "push"];

export interface Proof {
  trigger: string;
  context: CommonContext & { authentication?: Authentication };
}

/** Whether the user has shown a second factor, at most so many seconds ago; 0: at any time in this sign-in. A factor without a time counts only for 0. */
export function hasSecondFactor({ context }: Proof, maxAge = 0): boolean {
  const { methods = [], amr = [] } = context.authentication ?? {};
  if (maxAge === 0 && amr.includes("mfa")) return true;
  return methods.some(({ name, at }) => factors.includes(name) && (maxAge === 0 || Date.now() - Date.parse(at ?? "") <= maxAge * 1000));
}

/** Whether a second factor can be asked for at the trigger. */
export function canDemand({ trigger }: Proof): boolean {
  return ["login.after", "registration.after", "recovery.challenged"].includes(trigger);
}

export function demand(reason: string, config: { factors: Method[]; enrol: boolean }): DemandMFA {
  return { kind: "demand_mfa", factors: config.factors, enrol: config.enrol, reason };
}
