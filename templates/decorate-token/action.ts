import type { Config, LoginAfter, TokenClientCredentials, TokenExchange, TokenIssue } from "durward";
import { fill, lookup } from "./lib/paths";

type Input = LoginAfter.Input | TokenIssue.Input | TokenClientCredentials.Input | TokenExchange.Input;

export function execute(input: Input): TokenIssue.Outcome {
  const { claims: wanted, namespace } = input.config;
  const claims: Record<"id_token" | "access_token", Record<string, unknown>> = { id_token: {}, access_token: {} };
  for (const claim of wanted) {
    const value = valueOf(claim, input);
    if (value === undefined) continue;
    for (const token of claim.tokens) {
      claims[token][namespace + claim.name] = value;
    }
  }
  return { kind: "continue", claims };
}

function valueOf(claim: Config["claims"][number], input: Input): unknown {
  if (claim.from !== undefined) return lookup(input, claim.from);
  if (claim.template !== undefined) return fill(claim.template, input);
  return claim.value;
}
