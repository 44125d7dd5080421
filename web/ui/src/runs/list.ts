import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

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
const most = 500;

/** The list with what has come since it was read in front of it. It asks while the page can be seen, and not while it is paused. */
export function useFresh(tenant: string, filter: Filter, live: boolean, list: Run[]): Run[] {
  const newest = useQuery({
    queryKey: [tenant, "runs-fresh", filter],
    queryFn: async () => (await readRuns(tenant, filter)).items,
    refetchInterval: 1000,
    enabled: live,
  }).data;
  const [fresh, setFresh] = useState<{ key: string; runs: Run[] }>({ key: "", runs: [] });
  const key = JSON.stringify([tenant, filter]);
  useEffect(() => {
    if (newest) setFresh((before) => ({ key, runs: merged(newest, before.key === key ? before.runs : []).slice(0, most) }));
  }, [newest, key]);
  return useMemo(() => merged(fresh.key === key ? fresh.runs : [], list), [fresh, key, list]);
}

/** Two lists of runs as one without doubles, newest first: their ids are made of the time. */
export function merged(a: Run[], b: Run[]): Run[] {
  const seen = new Set(a.map((r) => r.id));
  return [...a, ...b.filter((r) => !seen.has(r.id))].sort((x, y) => (x.id < y.id ? 1 : -1));
}
