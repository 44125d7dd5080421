import type { LoginAfter, LoginIdentified, RegistrationAfter, RegistrationIdentified, RegistrationSubmitted } from "durward";

type Input =
  | LoginAfter.Input
  | LoginIdentified.Input
  | RegistrationAfter.Input
  | RegistrationIdentified.Input
  | RegistrationSubmitted.Input;

export function execute({ user, config }: Input): LoginIdentified.Outcome {
  const domain = durward.domain(user.email ?? "");
  if (domain !== undefined && durward.list("domains").hasDomain(domain)) return { kind: "continue" };
  return {
    kind: "block",
    code: "domain_not_allowed",
    message: config.message,
    field: "/traits/email",
    reason: domain === undefined ? "the user has no e-mail address with a domain" : `${domain} is not on the list`,
  };
}
