import type { LoginAfter, TokenClientCredentials, TokenExchange, TokenIssue } from "durward";

type Input = LoginAfter.Input | TokenIssue.Input | TokenClientCredentials.Input | TokenExchange.Input;

type Token = "id_token" | "access_token";

interface Claim {
  name: string;
  from?: string;
  value?: unknown;
  template?: string;
  tokens: Token[];
}

interface Config {
  namespace: string;
  claims: Claim[];
}

export function execute(input: Input): TokenIssue.Outcome {
  const config = input.config as unknown as Config;
  const claims: Record<Token, Record<string, unknown>> = { id_token: {}, access_token: {} };
  for (const claim of config.claims) {
    const value = valueOf(claim, input);
    if (value === undefined) continue;
    for (const token of claim.tokens) {
      claims[token][config.namespace + claim.name] = value;
    }
  }
  return { kind: "continue", claims };
}

function valueOf(claim: Claim, input: Input): unknown {
  if (claim.from !== undefined) return lookup(input, claim.from);
  if (claim.template !== undefined) {
    return claim.template.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_, path: string) => asText(lookup(input, path)));
  }
  return claim.value;
}

const roots = ["user", "request", "context", "state"];

/** Follows a path through own members only; secrets and config are out of reach. */
function lookup(input: Input, path: string): unknown {
  const steps = path.split(".");
  if (!roots.includes(steps[0] ?? "")) return undefined;
  let value: unknown = input;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
