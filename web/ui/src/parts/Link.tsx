import { useLocation, useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, type AnchorHTMLAttributes, type MouseEvent, type Ref } from "react";

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; ref?: Ref<HTMLAnchorElement> };

/** A link within the application. It is an anchor like any other: it opens in a new tab, can be copied, and needs no script to be read. */
export function Link({ href, onClick, ...rest }: Props) {
  const router = useRouter();
  const { pathname } = useLocation();
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  }
  const path = href.split(/[?#]/)[0];
  const here = pathname === path || pathname.startsWith(`${path}/`);
  return <a href={href} onClick={follow} data-here={here || undefined} aria-current={pathname === path ? "page" : undefined} {...rest} />;
}

/** Goes to another page. */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const router = useRouter();
  return useCallback((href, options) => (options?.replace ? router.history.replace(href) : router.history.push(href)), [router]);
}

/** What the address says behind the question mark, and how to change it. Empty values leave it. */
export function useSearch(): [URLSearchParams, (change: Record<string, string | undefined>) => void] {
  const { pathname, searchStr } = useLocation();
  const go = useGo();
  const search = useMemo(() => new URLSearchParams(searchStr), [searchStr]);
  const set = useCallback(
    (change: Record<string, string | undefined>) => {
      const next = new URLSearchParams(searchStr);
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined || value === "") next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      go(text === "" ? pathname : `${pathname}?${text}`, { replace: true });
    },
    [go, pathname, searchStr],
  );
  return [search, set];
}
