import type { ClaimedUser, LoginAfter, LoginIdentified, RegistrationIdentified, RegistrationSubmitted, TokenIssue } from "durward";
import { limited, refused } from "./lib/limit";

type Input = LoginIdentified.Input | LoginAfter.Input | RegistrationIdentified.Input | RegistrationSubmitted.Input | TokenIssue.Input;

export async function execute(input: Input): Promise<LoginAfter.Outcome> {
  const { user, config } = input;
  const key = await keyOf(user, config.ignore_tags);
  if (key !== undefined) return limited(key, input, config);
  return config.on_missing === "continue" ? { kind: "continue" } : refused(config.window_seconds, "there is neither an id nor an e-mail address", config);
}

async function keyOf({ id, email = "" }: ClaimedUser, ignoreTags: boolean): Promise<string | undefined> {
  if (id) return "user:" + (await digest(id));
  const domain = durward.domain(email);
  const at = email.lastIndexOf("@");
  if (domain === undefined || at < 1) return undefined;
  const name = email.slice(0, at).toLowerCase();
  return "email:" + (await digest((ignoreTags ? name.replace(/\+.*$/s, "") : name) + "@" + domain));
}

/** Keys have a bounded length, and counters need not know addresses. */
async function digest(text: string): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))));
}
