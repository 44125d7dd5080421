import type { LoginAfter } from "durward";
import { demand, hasSecondFactor } from "./lib/mfa";

export function execute(input: LoginAfter.Input): LoginAfter.Outcome {
  const reason = sensitive(input);
  if (reason === undefined || hasSecondFactor(input, input.config.max_age_seconds)) return { kind: "continue" };
  return demand(reason, input.config);
}

/** What of the request asks for a step up; undefined if nothing does. */
function sensitive({ context, config }: LoginAfter.Input): string | undefined {
  const client = context.client?.id;
  if (client !== undefined && config.clients.includes(client)) return `the application ${client}`;
  const scope = context.transaction?.requested_scopes?.find((scope) => config.scopes.includes(scope));
  return scope === undefined ? undefined : `the scope ${scope}`;
}
