/** Fills in what a schema says a config has if nobody says anything. It looks at what a form would show: the members of an object. */
export function defaultsOf(schema: unknown): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const properties = (schema as { properties?: Record<string, { default?: unknown }> } | undefined)?.properties ?? {};
  for (const [name, member] of Object.entries(properties)) {
    if (member && typeof member === "object" && "default" in member) values[name] = member.default;
  }
  return values;
}

/** Whether a config has to be filled in before it is valid: something is required that has no default. */
export function needsConfig(schema: unknown): boolean {
  const required = (schema as { required?: string[] } | undefined)?.required ?? [];
  const defaults = defaultsOf(schema);
  return required.some((name) => !(name in defaults));
}
