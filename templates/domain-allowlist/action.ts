import type { LoginAfter, LoginIdentified, RegistrationAfter, RegistrationIdentified, RegistrationSubmitted } from "durward";

type Input =
  | LoginAfter.Input
  | LoginIdentified.Input
  | RegistrationAfter.Input
  | RegistrationIdentified.Input
  | RegistrationSubmitted.Input;

interface Config {
  domains: string[];
  message: string;
}

export function execute(input: Input): LoginIdentified.Outcome {
  const config = input.config as unknown as Config;
  const domain = domainOf(input.user?.email ?? "");
  if (domain !== "" && isListed(domain, config.domains)) {
    return { kind: "continue" };
  }
  return {
    kind: "block",
    code: "domain_not_allowed",
    message: config.message,
    field: "/traits/email",
    reason: domain === "" ? "the user has no e-mail address" : `${domain} is not on the list`,
  };
}

/** The part behind the last @: an address may have more of them in quotes in front of it. */
function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 0 ? "" : normalise(address.slice(at + 1));
}

function isListed(domain: string, domains: string[]): boolean {
  for (const entry of domains) {
    if (entry.startsWith("*.")) {
      if (domain.endsWith("." + normalise(entry.slice(2)))) return true;
    } else if (domain === normalise(entry)) {
      return true;
    }
  }
  return false;
}

/** Lower case, without the dot of the root, and with every label in its ASCII form, so that bücher.example and xn--bcher-kva.example are one. */
function normalise(domain: string): string {
  const name = domain.trim().toLowerCase().replace(/\.$/, "");
  if (/^[\x00-\x7f]*$/.test(name)) return name;
  try {
    return new URL(`https://${name}`).hostname;
  } catch {
    return name;
  }
}
