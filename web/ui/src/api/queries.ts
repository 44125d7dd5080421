import { queryOptions } from "@tanstack/react-query";

import { api, ask, type Schemas } from "./client";

/** The most entries that a page of a list may have. */
const page = 200;

interface List<T> {
  items: T[];
  next?: string;
}

/** Reads all pages of a list that people see whole, up to a number nobody scrolls through. */
async function all<T>(read: (after: string | undefined) => Promise<List<T>>, most = 2000): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const list = await read(after);
    items.push(...list.items);
    after = list.next;
  } while (after && items.length < most);
  return items;
}

export const triggersQuery = queryOptions({
  queryKey: ["triggers"],
  staleTime: Infinity,
  queryFn: async () => (await ask(api.GET("/v1/triggers"))).items,
});

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  staleTime: Infinity,
  queryFn: async () => (await ask(api.GET("/v1/templates"))).items,
});

export const tenantsQuery = queryOptions({
  queryKey: ["tenants"],
  queryFn: () => all<Schemas["Tenant"]>((after) => ask(api.GET("/v1/tenants", { params: { query: { after, limit: page } } }))),
});

export const systemQuery = queryOptions({ queryKey: ["system"], queryFn: () => ask(api.GET("/v1/system")) });

// Everything of a tenant has the tenant's id first: what is cached of one is never shown in another, and goes when another is chosen.

export const actionsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "actions"],
    queryFn: () => all<Schemas["Action"]>((after) => ask(api.GET("/v1/tenants/{tenant}/actions", { params: { path: { tenant }, query: { after, limit: page } } }))),
  });

export const actionQuery = (tenant: string, action: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/actions/{action}", { params: { path: { tenant, action } } })),
  });

export const draftQuery = (tenant: string, action: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action, "draft"],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/actions/{action}/draft", { params: { path: { tenant, action } } })),
  });

export const draftTypesQuery = (tenant: string, action: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action, "types"],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/actions/{action}/draft/types", { params: { path: { tenant, action } } })),
  });

export const packageTypesQuery = (tenant: string, action: string, digest: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action, "types", digest],
    staleTime: Infinity,
    enabled: digest !== "",
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/actions/{action}/draft/types/{digest}", { params: { path: { tenant, action, digest } } })),
  });

export const versionsQuery = (tenant: string, action: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action, "versions"],
    queryFn: () =>
      all<Schemas["VersionInfo"]>((after) =>
        ask(api.GET("/v1/tenants/{tenant}/actions/{action}/versions", { params: { path: { tenant, action }, query: { after, limit: page } } })),
      ),
  });

export const versionQuery = (tenant: string, action: string, version: string) =>
  queryOptions({
    queryKey: [tenant, "actions", action, "versions", version],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/actions/{action}/versions/{version}", { params: { path: { tenant, action, version } } })),
  });

export const flowsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "flows"],
    queryFn: () => all<Schemas["Flow"]>((after) => ask(api.GET("/v1/tenants/{tenant}/flows", { params: { path: { tenant }, query: { after, limit: page } } }))),
  });

export const flowQuery = (tenant: string, flow: string) =>
  queryOptions({
    queryKey: [tenant, "flows", flow],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/flows/{flow}", { params: { path: { tenant, flow } } })),
  });

export const revisionsQuery = (tenant: string, flow: string) =>
  queryOptions({
    queryKey: [tenant, "flows", flow, "revisions"],
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/flows/{flow}/revisions", { params: { path: { tenant, flow }, query: { limit: 50 } } })),
  });

export const revisionQuery = (tenant: string, flow: string, number: number) =>
  queryOptions({
    queryKey: [tenant, "flows", flow, "revisions", number],
    enabled: number > 0,
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/flows/{flow}/revisions/{number}", { params: { path: { tenant, flow, number } } })),
  });

/** Every flow with its live revision: who has what attached. */
export const liveFlowsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "live-flows"],
    queryFn: async () => {
      const flows = await all<Schemas["Flow"]>((after) => ask(api.GET("/v1/tenants/{tenant}/flows", { params: { path: { tenant }, query: { after, limit: page } } })));
      return Promise.all(flows.map((f) => ask(api.GET("/v1/tenants/{tenant}/flows/{flow}", { params: { path: { tenant, flow: f.slug } } }))));
    },
  });

export const secretsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "secrets"],
    queryFn: () => all<Schemas["Secret"]>((after) => ask(api.GET("/v1/tenants/{tenant}/secrets", { params: { path: { tenant }, query: { after, limit: page } } }))),
  });

/** What the last day's calls came to, an hour each, by action. */
export const actionFiguresQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "figures", "action"],
    staleTime: 30_000,
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/statistics", { params: { path: { tenant }, query: { by: "action", step: 3600 } } })),
  });

/** What the last day's calls of one action came to, by its versions. */
export const versionFiguresQuery = (tenant: string, action: string) =>
  queryOptions({
    queryKey: [tenant, "figures", "version", action],
    staleTime: 15_000,
    queryFn: () => ask(api.GET("/v1/tenants/{tenant}/statistics", { params: { path: { tenant }, query: { by: "version", action, step: 900 } } })),
  });
