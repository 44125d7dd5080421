import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";

import type { Schemas } from "../api/client";
import { draftQuery, versionQuery, versionsQuery } from "../api/queries";
import { Link, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page, Section } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { useTenant } from "../shell/session";
import { CapabilityChanges } from "./CapabilityChanges";

const Comparison = lazy(() => import("../editor/Comparison"));
const route = getRouteApi("/signed-in/t/$tenant/actions/$action/compare");

/** What stands for the draft among versions. */
const draft = "draft";

/** Everything of a version or of the draft, as files that can be compared. */
function filesOf(source?: Schemas["Version"] | Schemas["Draft"]): Record<string, string> {
  if (!source) return {};
  const settings = { triggers: source.triggers, entry: source.entry, secrets: source.secrets ?? [], hosts: source.hosts ?? [] };
  return {
    ...source.files,
    "action.json": JSON.stringify(settings, null, 2),
    ...(source.config_schema ? { "schema.json": JSON.stringify(source.config_schema, null, 2) } : {}),
    ...(source.lock ? { "lock.json": JSON.stringify(source.lock, null, 2) } : {}),
  };
}

export function ComparePage() {
  const tenant = useTenant();
  const { action } = route.useParams();
  const [search, set] = useSearch();
  const versions = useQuery(versionsQuery(tenant, action));
  const to = search.get("to") ?? draft;
  const from = search.get("from") ?? "";
  const before = useSource(tenant, action, from);
  const after = useSource(tenant, action, to);
  const options = [{ value: draft, label: "Draft" }, ...(versions.data ?? []).map((v) => ({ value: v.number, label: v.number }))];
  const base = `/t/${tenant}/actions/${action}`;
  const beforeFiles = useMemo(() => filesOf(before.data), [before.data]);
  const afterFiles = useMemo(() => filesOf(after.data), [after.data]);
  const version = to !== draft ? (after.data as Schemas["Version"] | undefined) : undefined;
  const old = from !== draft ? (before.data as Schemas["Version"] | undefined) : undefined;

  return (
    <Page
      wide
      title={from === "" ? to : `${from} to ${to}`}
      crumbs={
        <>
          <Link href={`/t/${tenant}/actions`} className="plain">
            Actions
          </Link>
          <span>/</span>
          <Link href={base} className="plain">
            {action}
          </Link>
          <span>/</span>
          <Link href={`${base}/versions`} className="plain">
            Versions
          </Link>
        </>
      }
      note={version && (version.message ? `${version.message} · ${version.published_by.name}` : version.published_by.name)}
      actions={
        <>
          <Select size="xs" w={140} aria-label="From" placeholder="From nothing" clearable data={options} value={from || null} onChange={(value) => set({ from: value ?? undefined })} />
          <Select size="xs" w={140} aria-label="To" data={options} value={to} onChange={(value) => set({ to: value ?? draft })} />
          <ShowAsCode
            tenant={tenant}
            cli={to === draft ? [`durward action pull ${action} ${action}`] : [`durward version show ${action} ${to}`]}
            curl={[{ path: to === draft ? `/v1/tenants/${tenant}/actions/${action}/draft` : `/v1/tenants/${tenant}/actions/${action}/versions/${to}` }]}
          />
        </>
      }
    >
      <Failure error={before.error ?? after.error} />
      {version?.capabilities && (
        <div style={{ marginBottom: 16 }}>
          <CapabilityChanges changes={changesOf(old, version)} />
        </div>
      )}
      {after.data && (from === "" || before.data) && (
        <Section title="Files">
          <Suspense>
            <Comparison before={beforeFiles} after={afterFiles} beforeLabel={from || "nothing"} afterLabel={to} height="calc(100vh - 320px)" />
          </Suspense>
        </Section>
      )}
    </Page>
  );
}

function useSource(tenant: string, action: string, name: string) {
  const ofDraft = useQuery({ ...draftQuery(tenant, action), enabled: name === draft });
  const ofVersion = useQuery({ ...versionQuery(tenant, action, name), enabled: name !== "" && name !== draft });
  return name === draft ? ofDraft : ofVersion;
}

/** What one version can do that another cannot. */
export function changesOf(before: Schemas["Version"] | undefined, after: Schemas["Version"]): Schemas["Changes"] {
  const list = (v?: Schemas["Version"]) => {
    const c = v?.capabilities;
    if (!c) return [];
    return [
      ...c.hosts.map((name) => ({ kind: "host", name })),
      ...c.secrets.map((name) => ({ kind: "secret", name })),
      ...c.outcomes.map((name) => ({ kind: "outcome", name })),
      ...c.apis.map((a) => ({ kind: "api", name: a.api })),
      ...c.dynamic_code.map((name) => ({ kind: "dynamic_code", name })),
    ];
  };
  const [old, now] = [list(before), list(after)];
  const without = (a: typeof old, b: typeof old) => a.filter((x) => !b.some((y) => y.kind === x.kind && y.name === x.name));
  return { since: before?.number, added: without(now, old), removed: without(old, now) } as Schemas["Changes"];
}
