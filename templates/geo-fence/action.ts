import type { LoginAfter, LoginBefore, LoginIdentified, RecoveryBefore, RegistrationBefore, RegistrationSubmitted } from "durward";

type Input =
  | LoginBefore.Input
  | LoginIdentified.Input
  | LoginAfter.Input
  | RegistrationBefore.Input
  | RegistrationSubmitted.Input
  | RecoveryBefore.Input;

export function execute({ request, config }: Input): LoginAfter.Outcome {
  const country = request.geo?.country?.toUpperCase();
  if (country === undefined) {
    return config.on_missing === "continue" ? { kind: "continue" } : blocked(config.message, "the country is not known");
  }
  const listed = config.countries.includes(country);
  return listed === (config.mode === "allow") ? { kind: "continue" } : blocked(config.message, `the request comes from ${country}`);
}

function blocked(message: string, reason: string): LoginAfter.Outcome {
  return { kind: "block", code: "country_not_allowed", message, reason };
}
