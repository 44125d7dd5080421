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
  if (!isDisposable(domain) || durward.list("allow").hasDomain(domain)) return { kind: "continue" };
  return blocked(config.message, `${domain} is a disposable address`);
}

/** Whether the domain or one above it is on the list. */
function isDisposable(domain: string): boolean {
  const labels = domain.split(".");
  return labels.some((_, i) => durward.list("domains").hasDomain(labels.slice(i).join(".")));
}

function blocked(message: string, reason: string): LoginIdentified.Outcome {
  return { kind: "block", code: "email_disposable", message, field: "/traits/email", reason };
}
