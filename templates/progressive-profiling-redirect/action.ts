import type { LoginAfter } from "durward";
import { tokenOf } from "./lib/claims";
import { lookup } from "./lib/paths";

export function execute(input: LoginAfter.Input): LoginAfter.Outcome {
  const { url, after_logins, at_once, token } = input.config;
  const fields = missing(input);
  if (fields.length === 0 || (input.user.logins_count ?? 0) < after_logins) return { kind: "continue" };
  const params = { fields: fields.slice(0, at_once).join(",") };
  return { kind: "redirect", url, params, token: tokenOf(token, input), reason: `missing: ${fields.join(", ")}` };
}

export function resume(input: LoginAfter.Input): LoginAfter.Outcome {
  const { required, message } = input.config;
  const fields = missing(input);
  if (fields.length === 0 || !required) return { kind: "continue" };
  return { kind: "block", code: "profile_incomplete", message, reason: `missing: ${fields.join(", ")}` };
}

function missing(input: LoginAfter.Input): string[] {
  return input.config.fields.filter((path) => ["", null, undefined].includes(lookup(input, path) as string | null | undefined));
}
