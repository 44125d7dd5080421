import type { LoginAfter } from "durward";
import { tokenOf } from "./lib/claims";

export function execute(input: LoginAfter.Input): LoginAfter.Outcome {
  const { url, version, token } = input.config;
  const terms = input.user.app_metadata?.terms as { version?: string } | undefined;
  if (terms?.version === version) return { kind: "continue" };
  return { kind: "redirect", url, params: { terms_version: version }, token: tokenOf(token, input), reason: `version ${version} of the terms is not accepted` };
}

export function resume({ config, resume }: LoginAfter.Input): LoginAfter.Outcome {
  const { version, parameter, message } = config;
  if (resume?.[parameter] !== version) { // not covered: resume runs only with what came back
    return { kind: "block", code: "terms_not_accepted", message, reason: `version ${version} of the terms is not accepted` };
  }
  return { kind: "continue", user: { app_metadata: { terms: { version, accepted_at: new Date(Date.now()).toISOString() } } } };
}
