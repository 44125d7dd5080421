import type { Config, RegistrationSubmitted } from "durward";
import { lookup } from "./lib/paths";

type Invitation = Config["codes"][number];

const window_seconds = 30 * 24 * 3600; // as long as counters remember

export async function execute(input: RegistrationSubmitted.Input): Promise<RegistrationSubmitted.Outcome> {
  const { user, state, config } = input;
  const code = String(lookup(input, config.path)).trim();
  if (state.invite_code === code) return { kind: "continue" };
  const reason = fault(config.codes.find((invitation) => invitation.code === code), user.email) ?? (await claim(code));
  if (reason === undefined) return { kind: "continue", state: { invite_code: code } };
  return { kind: "block", code: "invite_required", message: config.message, field: config.field, reason };
}

/** What is wrong with an invitation, for whoever has the address; undefined if nothing is. */
function fault(invitation: Invitation | undefined, email = ""): string | undefined {
  if (invitation === undefined) return "there is no such code";
  const left = Date.parse(invitation.expires_at) - Date.now();
  if (left <= 0) return "the code has expired";
  if (left > window_seconds * 1000) return "the code expires in more than 30 days: nobody could tell whether it was used";
  if (invitation.email !== undefined && invitation.email.toLowerCase() !== email.toLowerCase()) return "the code is for somebody else";
  return undefined;
}

/** Uses a code up; of two who try at once one gets it. */
async function claim(code: string): Promise<string | undefined> {
  const { exceeded } = await durward.counter.hit("invite:" + code, { window_seconds, limit: 1, durable: true });
  return exceeded ? "the code was used" : undefined;
}
