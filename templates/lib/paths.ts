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

/** Puts values of the input into all texts of a JSON value. A text that is one {{path}} and nothing else becomes the value itself, or null if it is not there. */
export function fillAll(template: unknown, input: object): unknown {
  if (typeof template === "string") {
    const whole = /^\{\{\s*([^{}\s]+)\s*\}\}$/.exec(template);
    return whole === null ? fill(template, input) : (lookup(input, whole[1]!) ?? null);
  }
  if (Array.isArray(template)) return template.map((item) => fillAll(item, input));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillAll(value, input)]));
}
