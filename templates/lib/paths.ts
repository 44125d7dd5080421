const roots = ["trigger", "user", "request", "context", "state"];

/** Follows a path such as user.app_metadata.plan, through own members only. Config and secrets are out of reach. */
export function lookup(input: object, path: string): unknown {
  const steps = path.split(".");
  if (!roots.includes(steps[0]!)) return undefined;
  let value: unknown = input;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Puts values of the input in the places of {{path}}. What is not there is empty. */
export function fill(template: string, input: object, escape: (text: string) => string = String): string {
  return template.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_, path: string) => escape(asText(lookup(input, path))));
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
