import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import type { Schemas } from "../api/client";
import { actionFiguresQuery, actionsQuery, liveFlowsQuery, triggersQuery } from "../api/queries";
import { IconPlus, IconSearch } from "../icons";
import { useMay, useTenant } from "../shell/session";
import { Empty } from "../parts/Empty";
import { duration, percent, plural } from "../parts/format";
import { Link, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Sparkline } from "../parts/Sparkline";
import { Tag } from "../parts/Tag";
import { attachmentsOf, type Place } from "./attached";
import { FirstSteps } from "./FirstSteps";
import { Gallery } from "./Gallery";

export function ActionsPage() {
  const tenant = useTenant();
  const may = useMay();
  const actions = useQuery(actionsQuery(tenant));
  const none = actions.data?.length === 0;
  const loaded = actions.isSuccess;
  useEffect(() => {
    if (!loaded) return;
    const later = setTimeout(prepareEditor, 400);
    return () => clearTimeout(later);
  }, [loaded]);
  return (
    <Page
      title="Actions"
      note="Code that decides at a sign-in. A version of an action runs where a flow has it attached."
      actions={
        <>
          <ShowAsCode tenant={tenant} cli={["durward action list"]} curl={[{ path: `/v1/tenants/${tenant}/actions` }]} />
          {may("author") && (
            <Button component={Link} href={`/t/${tenant}/actions/new`} leftSection={<IconPlus size={15} stroke={2} />}>
              New action
            </Button>
          )}
        </>
      }
    >
      <Failure error={actions.error} />
      <FirstSteps tenant={tenant} />
      {none && (
        <>
          <Empty title="There are no actions yet">Begin with one that is shipped, and change it to what you need; or write one from nothing.</Empty>
          {may("author") && <Gallery tenant={tenant} />}
        </>
      )}
      {!none && actions.data && <List tenant={tenant} actions={actions.data} />}
    </Page>
  );
}

/** Loads the code editor while the list is read, so that it is there when somebody opens an action; not for who saves data. */
function prepareEditor() {
  if ((navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return;
  requestIdleCallback(() => void import("../editor/ActionPage"));
}

function List({ tenant, actions }: { tenant: string; actions: Schemas["Action"][] }) {
  const [search, set] = useSearch();
  const [find, trigger, kind] = ["find", "trigger", "kind"].map((name) => search.get(name) || undefined);
  const triggers = useQuery(triggersQuery).data ?? [];
  const flows = useQuery(liveFlowsQuery(tenant)).data;
  const figures = useQuery(actionFiguresQuery(tenant)).data;
  const attached = useMemo(() => attachmentsOf(flows ?? []), [flows]);
  const words = (find ?? "").toLowerCase();
  const shown = actions.filter(
    (a) =>
      (!kind || a.kind === kind) &&
      (!trigger || (attached.get(a.slug) ?? []).some((p) => p.trigger === trigger)) &&
      `${a.name} ${a.slug} ${a.description ?? ""}`.toLowerCase().includes(words),
  );
  return (
    <>
      <div className="row wrap" style={{ marginBottom: 12 }}>
        <TextInput
          aria-label="Find actions"
          placeholder="Find"
          size="xs"
          w={240}
          leftSection={<IconSearch size={14} stroke={1.8} />}
          value={find ?? ""}
          onChange={(e) => set({ find: e.currentTarget.value || undefined })}
          rightSection={find ? <CloseButton size="sm" aria-label="Clear" onClick={() => set({ find: undefined })} /> : null}
        />
        <Select
          aria-label="Attached at"
          placeholder="Attached anywhere"
          size="xs"
          w={210}
          clearable
          searchable
          data={triggers.map((t) => t.id)}
          value={trigger ?? null}
          onChange={(value) => set({ trigger: value ?? undefined })}
        />
        <Select
          aria-label="Kind"
          placeholder="Every kind"
          size="xs"
          w={150}
          clearable
          data={[
            { value: "custom", label: "Own code" },
            { value: "template", label: "From a template" },
            { value: "module", label: "Shared module" },
          ]}
          value={kind ?? null}
          onChange={(value) => set({ kind: value ?? undefined })}
        />
        <span className="muted small grow" style={{ textAlign: "right" }} aria-live="polite">
          {shown.length === actions.length ? `${actions.length}` : `${shown.length} of ${actions.length}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title="Nothing matches" actions={<Button variant="default" onClick={() => set({ find: undefined, trigger: undefined, kind: undefined })}>Show all</Button>} />
      ) : (
        <div className="scroll-x">
          <table className="list">
            <thead>
              <tr>
                <th>Action</th>
                <th>Newest version</th>
                <th>Attached</th>
                <th>Last 24 hours</th>
                <th className="end">Failed</th>
                <th className="end">95 % within</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((a) => (
                <Row key={a.slug} tenant={tenant} action={a} places={attached.get(a.slug) ?? []} figures={figures?.items.find((i) => i.action === a.slug)} from={figures?.from} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

interface RowProps {
  tenant: string;
  action: Schemas["Action"];
  places: Place[];
  figures?: Schemas["Course"];
  from?: string;
}

function Row({ tenant, action, places, figures, from }: RowProps) {
  const total = figures?.total;
  return (
    <tr>
      <td style={{ minWidth: 260 }}>
        <div className="row">
          <Link href={`/t/${tenant}/actions/${action.slug}`} className="link" style={{ fontWeight: 500 }}>
            {action.name}
          </Link>
          {action.kind === "module" && <Tag>shared module</Tag>}
        </div>
        <div className="muted small">
          <span className="mono">{action.slug}</span>
          {action.description && <> · {action.description}</>}
        </div>
      </td>
      <td>{action.latest ? <span className="mono">{action.latest}</span> : <span className="muted">not published</span>}</td>
      <td>
        {places.length === 0 && <span className="muted">{action.kind === "module" ? "—" : "nowhere"}</span>}
        {places.map((p) => (
          <div key={p.id}>
            <Link href={`/t/${tenant}/flows/${p.flow}`} className="plain">
              {p.flow} · {p.slot}
              {p.method && ` (${p.method})`}
            </Link>{" "}
            <span className="mono muted">{p.version}</span>
          </div>
        ))}
      </td>
      <td style={{ whiteSpace: "nowrap" }}>
        {figures && from && total ? (
          <span className="row">
            <Sparkline values={hourly(figures.points, from)} label={`${plural(total.count, "run")} in the last 24 hours, by the hour`} />
            <span className="muted small number">{total.count}</span>
          </span>
        ) : (
          <span className="muted">—</span>
        )}
      </td>
      <td className="end number">{total ? <span style={{ color: total.failed > 0 ? "var(--bad)" : undefined }}>{percent(total.failed / Math.max(total.count, 1))}</span> : <span className="muted">—</span>}</td>
      <td className="end number">{total ? duration(total.p95_us) : <span className="muted">—</span>}</td>
    </tr>
  );
}

/** The counts of 24 hours from a moment on. Hours without calls are not told. */
function hourly(points: Schemas["Course"]["points"], from: string): number[] {
  const values = Array.from({ length: 24 }, () => 0);
  for (const p of points) {
    const hour = Math.floor((Date.parse(p.time) - Date.parse(from)) / 3_600_000);
    values[Math.min(Math.max(hour, 0), 23)] += p.count;
  }
  return values;
}
