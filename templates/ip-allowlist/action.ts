import type { LoginAfter, LoginBefore, LoginIdentified, RecoveryBefore, RegistrationBefore, RegistrationSubmitted, TokenIssue } from "durward";
import { clientAddress } from "./lib/client";
import { canDemand, demand, hasSecondFactor } from "./lib/mfa";

type Input =
  | LoginBefore.Input
  | LoginIdentified.Input
  | LoginAfter.Input
  | RegistrationBefore.Input
  | RegistrationSubmitted.Input
  | RecoveryBefore.Input
  | TokenIssue.Input;

export function execute(input: Input): LoginAfter.Outcome {
  const { request, config } = input;
  const address = clientAddress(request, config.trusted_proxies);
  if (address !== undefined && durward.list("networks").hasAddress(address)) return { kind: "continue" };
  const reason = address === undefined ? "the address is not known" : `${address} is in none of the networks`;
  if (config.then === "demand_mfa" && canDemand(input)) {
    return hasSecondFactor(input) ? { kind: "continue" } : demand(reason, config);
  }
  return { kind: "block", code: "network_not_allowed", message: config.message, reason };
}
