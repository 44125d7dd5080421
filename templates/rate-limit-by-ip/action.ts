import type { LoginAfter, LoginBefore, LoginIdentified, RecoveryBefore, RegistrationBefore, RegistrationIdentified, RegistrationSubmitted } from "durward";
import { clientAddress } from "./lib/client";
import { limited, refused } from "./lib/limit";

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
  return config.on_missing === "continue" ? { kind: "continue" } : refused(config.window_seconds, "the address is not known", config);
}
