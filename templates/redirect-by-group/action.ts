import type { LoginAfter } from "durward";
import { fill } from "./lib/paths";
import { target } from "./lib/targets";

export function execute(input: LoginAfter.Input): LoginAfter.Outcome {
  const { rules, allowed_targets } = input.config;
  const groups = input.user.groups ?? [];
  const rule = rules.find(({ group }) => group === "*" || groups.includes(group));
  if (rule === undefined) return { kind: "continue" };
  const wanted = fill(rule.url, input, encodeURIComponent);
  const url = target(wanted, allowed_targets);
  if (url === undefined) return { kind: "block", code: "redirect_not_allowed", reason: `${wanted} is none of the targets` };
  return { kind: "redirect", url, reason: `the group ${rule.group}` };
}

/** Who comes back from there goes on. */
export function resume(): LoginAfter.Outcome {
  return { kind: "continue" };
}
