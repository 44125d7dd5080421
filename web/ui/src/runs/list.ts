import { startTransition, useEffect, useMemo, useState } from "react";

import { api, ask, type Schemas } from "../api/client";

export type Run = Schemas["Record"];

export const filters = ["flow", "action", "outcome", "user", "run", "request", "from", "to"] as const;
export type Filter = Partial<Record<(typeof filters)[number], string>>;

/** What of the address picks runs. */
export function filterOf(search: URLSearchParams): Filter {
  return Object.fromEntries(filters.flatMap((name) => (search.get(name) ? [[name, search.get(name)!]] : [])));
}

export function readRuns(tenant: string, filter: Filter, after?: string) {
  return ask(api.GET("/v1/tenants/{tenant}/audit/executions", { params: { path: { tenant }, query: { ...filter, after, limit: 50 } as never } }));
}

/** The most runs that a page keeps of those that have come while it was open. */
const most = 100;

/** How often the page is drawn anew, however many runs come: a busy flow has hundreds a second. */
const frame = 500;

/** What has come since the page was opened, and how many it could not be told of. */
interface Fresh {
  key: string;
  runs: Run[];
  missed: number;
}

/** The list with what comes in front of it. The server sends each run as it is recorded; while the page is paused it asks for nothing. */
export function useLive(tenant: string, filter: Filter, live: boolean, list: Run[]): { runs: Run[]; missed: number } {
  const key = JSON.stringify([tenant, filter]);
  const [fresh, setFresh] = useState<Fresh>({ key, runs: [], missed: 0 });
  useEffect(() => {
    if (!live) return;
    const { from: _from, to: _to, ...of } = filter;
    const source = new EventSource(`/v1/tenants/${tenant}/audit/executions/stream?${new URLSearchParams(of as Record<string, string>)}`);
    let waiting: Run[] = [];
    let missed = 0;
    source.addEventListener("execution", (event) => waiting.push(JSON.parse((event as MessageEvent<string>).data) as Run));
    source.addEventListener("missed", (event) => {
      missed += (JSON.parse((event as MessageEvent<string>).data) as { at_least: number }).at_least;
    });
    const draw = setInterval(() => {
      if (waiting.length === 0 && missed === 0) return;
      const [come, lost] = [waiting, missed];
      waiting = [];
      missed = 0;
      // In small steps, between which the page answers who uses it.
      startTransition(() =>
        setFresh((before) => {
          const same = before.key === key;
          return { key, runs: merged(come, same ? before.runs : []).slice(0, most), missed: lost + (same ? before.missed : 0) };
        }),
      );
    }, frame);
    return () => {
      clearInterval(draw);
      source.close();
    };
    // The key stands for the filter, which is another object each time.
  }, [live, tenant, key]);
  return useMemo(() => (fresh.key === key ? { runs: merged(fresh.runs, list), missed: fresh.missed } : { runs: list, missed: 0 }), [fresh, key, list]);
}

/** Two lists of runs as one without doubles, newest first: their ids are made of the time. */
export function merged(a: Run[], b: Run[]): Run[] {
  const seen = new Set(a.map((r) => r.id));
  return [...a, ...b.filter((r) => !seen.has(r.id))].sort((x, y) => (x.id < y.id ? 1 : -1));
}
