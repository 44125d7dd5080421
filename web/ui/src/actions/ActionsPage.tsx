import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Schemas } from "../api/client";
import { actionsQuery, liveFlowsQuery, triggersQuery } from "../api/queries";
import { IconPlus, IconSearch } from "../icons";
import { useMay, useTenant } from "../shell/session";
import { Ago } from "../parts/Ago";
import { Empty } from "../parts/Empty";
import { Link, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { attachmentsOf, type Place } from "./attached";
import { FirstSteps } from "./FirstSteps";
import { Gallery } from "./Gallery";

export function ActionsPage() {
  const tenant = useTenant();
  const may = useMay();
  const actions = useQuery(actionsQuery(tenant));
  const none = actions.data?.length === 0;
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

function List({ tenant, actions }: { tenant: string; actions: Schemas["Action"][] }) {
  const [search, set] = useSearch();
  const [find, trigger, kind] = ["find", "trigger", "kind"].map((name) => search.get(name) || undefined);
  const triggers = useQuery(triggersQuery).data ?? [];
  const flows = useQuery(liveFlowsQuery(tenant)).data;
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
                <th>Created</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((a) => (
                <Row key={a.slug} tenant={tenant} action={a} places={attached.get(a.slug) ?? []} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Row({ tenant, action, places }: { tenant: string; action: Schemas["Action"]; places: Place[] }) {
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
      <td className="muted" style={{ whiteSpace: "nowrap" }}>
        <Ago time={action.created_at} />
      </td>
    </tr>
  );
}
