import type { LoginAfter, LoginBefore, LoginIdentified, RecoveryBefore, RegistrationBefore, RegistrationSubmitted } from "durward";

type Input =
  | LoginBefore.Input
  | LoginIdentified.Input
  | LoginAfter.Input
  | RegistrationBefore.Input
  | RegistrationSubmitted.Input
  | RecoveryBefore.Input;

export function execute({ request, config }: Input): LoginAfter.Outcome {
  const { asn } = request;
  if (asn === undefined) {
    return config.on_missing === "continue" ? { kind: "continue" } : blocked(config.message, "nothing is known of the network");
  }
  const denied = (["tor", "vpn", "proxy"] as const).find((kind) => config[kind] && asn[`is_${kind}`]);
  return denied === undefined ? { kind: "continue" } : blocked(config.message, `the request comes through ${denied}`);
}

function blocked(message: string, reason: string): LoginAfter.Outcome {
  return { kind: "block", code: "anonymous_network", message, reason };
}
