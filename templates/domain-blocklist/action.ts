import type { LoginAfter, LoginIdentified, RegistrationAfter, RegistrationIdentified, RegistrationSubmitted } from "durward";

type Input =
  | LoginAfter.Input
  | LoginIdentified.Input
  | RegistrationAfter.Input
  | RegistrationIdentified.Input
  | RegistrationSubmitted.Input;

export function execute({ user, config }: Input): LoginIdentified.Outcome {
  const domain = durward.domain(user.email ?? "");
  if (domain === undefined) {
    return config.on_missing === "continue" ? { kind: "continue" } : blocked(config.message, "the user has no e-mail address with a domain");
  }
  return durward.list("domains").hasDomain(domain) ? blocked(config.message, `${domain} is on the list`) : { kind: "continue" };
}

function blocked(message: string, reason: string): LoginIdentified.Outcome {
  return { kind: "block", code: "domain_blocked", message, field: "/traits/email", reason };
}
