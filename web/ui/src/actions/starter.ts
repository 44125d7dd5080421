import type { Schemas } from "../api/client";

/** The name of a trigger's types: LoginAfter for login.after. */
export function typeName(trigger: string): string {
  return trigger
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** What a new action begins with: it lets everything go on, and shows where to look. */
export function starter(trigger: Pick<Schemas["Trigger"], "id" | "user" | "async">): string {
  const name = typeName(trigger.id);
  const who = trigger.user === "none" ? "input.request.ip" : trigger.user === "known" ? "input.user.email" : "input.user?.email";
  const ending = trigger.async
    ? `  // Nobody waits for this: what it throws is tried again.\n  return { kind: "continue" };`
    : `  // Try: return { kind: "block", code: "not_today", message: "Please try again tomorrow." };\n  return { kind: "continue" };`;
  return `import type { ${name} } from "durward";

export async function execute(input: ${name}.Input): Promise<${name}.Outcome> {
  console.log("hello from", input.trigger, ${who});
${ending}
}
`;
}

/** A slug made of a name: what the server takes, and people can read. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
}
