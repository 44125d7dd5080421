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

/** Most lists are written in the form that addresses have, so that a plain look is enough for most users. */
function isListed(domain: string, domains: string[]): boolean {
  return domains.includes(domain) || domains.some((entry) => stands(entry, domain));
}

function stands(entry: string, domain: string): boolean {
  return entry.startsWith("*.") ? domain.endsWith("." + normalise(entry.slice(2))) : domain === normalise(entry);
}

/** Lower case, without the dot of the root, and with every label in its ASCII form, so that bücher.example and xn--bcher-kva.example are one. */
function normalise(domain: string): string {
  let name = domain.trim().toLowerCase();
  if (name.endsWith(".")) name = name.slice(0, -1);
  if (isAscii(name)) return name;
  try {
    return new URL(`https://${name}`).hostname;
  } catch {
    return name;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return false;
  }
  return true;
}
