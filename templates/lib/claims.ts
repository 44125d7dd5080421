import { lookup } from "./paths";

/** The token of a redirect: values of the input by the names of claims. Undefined if there are none. */
export function tokenOf(paths: Record<string, string>, input: object) {
  const claims: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(paths)) {
    const value = lookup(input, path);
    if (value !== undefined) claims[name] = value;
  }
  return Object.keys(claims).length > 0 ? { claims } : undefined;
}
