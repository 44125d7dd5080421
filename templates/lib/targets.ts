/**
 * The URL, if it leads to one of the targets: the same scheme, host and port, and the target's path or one below it. Undefined for anything else, so that nobody is sent
 * where the config does not say: what a URL means is decided by the parser that browsers have, and what parsers may disagree on is refused.
 */
export function target(url: string, targets: string[]): string | undefined {
  const to = parse(url);
  if (to === undefined) return undefined;
  const allowed = targets.some((text) => {
    const from = parse(text);
    return from !== undefined && to.origin === from.origin && isBelow(to.pathname, from.pathname);
  });
  return allowed ? to.href : undefined;
}

function parse(text: string): URL | undefined {
  const url = /[\\\s\x00-\x1f]/.test(text) ? null : URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  return /%(2e|2f|5c)/i.test(url.pathname) ? undefined : url;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : root + "/");
}
