import type { Block, Continue, DemandMFA, Method } from "durward";
import { canDemand, demand, hasSecondFactor, type Proof } from "./mfa";

interface Config {
  limit: number;
  window_seconds: number;
  then: "block" | "demand_mfa";
  factors: Method[];
  enrol: boolean;
  message: string;
}

/** Counts a hit of a key. Beyond the limit it blocks, or asks for a second factor where that can be asked for and has not been shown. */
export async function limited(key: string, input: Proof, config: Config): Promise<Continue | Block | DemandMFA> {
  const { limit, window_seconds } = config;
  const { exceeded, reset_in_seconds } = await durward.counter.hit(key, { window_seconds, limit });
  if (!exceeded) return { kind: "continue" };
  const reason = `more than ${limit} in ${window_seconds} s`;
  if (config.then === "demand_mfa" && canDemand(input)) {
    return hasSecondFactor(input) ? { kind: "continue" } : demand(reason, config);
  }
  return refused(reset_in_seconds, reason, config);
}

/** Blocks, and tells the user and the login system when trying again works for certain. */
export function refused(seconds: number, reason: string, { message }: { message: string }): Block {
  return { kind: "block", code: "rate_limited", message: message.replace("{{retry_after}}", String(seconds)), reason, state: { retry_after_seconds: seconds } };
}
