import type { LoginAfter, LoginBefore, LoginIdentified, RecoveryBefore, RegistrationBefore, RegistrationIdentified, RegistrationSubmitted } from "durward";
import { clientAddress } from "./lib/client";
import { limited } from "./lib/limit";

type Input =
  | LoginBefore.Input
  | LoginIdentified.Input
  | LoginAfter.Input
  | RegistrationBefore.Input
  | RegistrationIdentified.Input
  | RegistrationSubmitted.Input
  | RecoveryBefore.Input;

export async function execute(input: Input): Promise<LoginAfter.Outcome> {
  const { request, config } = input;
  const address = clientAddress(request, config.trusted_proxies);
  if (address !== undefined) return limited("ip:" + durward.ip.network(address, { v6: config.ipv6_prefix }), input, config);
  if (config.on_missing === "continue") return { kind: "continue" };
  const message = config.message.replace("{{retry_after}}", String(config.window_seconds));
  return { kind: "block", code: "rate_limited", message, reason: "the address is not known" };
}
