import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { actionsQuery, flowsQuery } from "../api/queries";
import { IconChevronDown, IconChevronRight, IconDownload } from "../icons";
import { Empty } from "../parts/Empty";
import { download, moment } from "../parts/format";
import { Link, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { useTenant } from "../shell/session";

/** The edits that people look for most; the others are offered as soon as one of them is seen. */
const usual = ["action.draft_saved", "flow.action_published", "action.version_recalled", "flow.saved", "flow.rolled_back", "rollout.started", "rollout.rolled_back", "key.created", "secret.set", "egress.saved", "member.joined", "session.started"];

/** Who changed what, and when: every edit, with what was there before. */
export function AuditPage() {
  const tenant = useTenant();
  const [search, set] = useSearch();
  const filter = Object.fromEntries(["flow", "action", "type"].flatMap((name) => (search.get(name) ? [[name, search.get(name)!]] : [])));
  const flows = useQuery(flowsQuery(tenant)).data ?? [];
  const actions = useQuery(actionsQuery(tenant)).data ?? [];
  const edits = useInfiniteQuery({
    queryKey: [tenant, "edits", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => ask(api.GET("/v1/tenants/{tenant}/audit/edits", { params: { path: { tenant }, query: { ...filter, after: pageParam, limit: 100 } } })),
    getNextPageParam: (last) => last.next,
  });
  const list = (edits.data?.pages ?? []).flatMap((p) => p.items);
  const types = [...new Set([...usual, ...list.map((e) => e.type)])].sort();
  const query = new URLSearchParams(filter).toString();
  return (
    <Page
      title="Audit"
      note="Every edit of this tenant, in order and without gaps. Each has the digest of the one before it."
      actions={
        <>
          <Button variant="default" leftSection={<IconDownload size={15} stroke={1.8} />} disabled={list.length === 0} onClick={() => download(`${tenant}-edits.ndjson`, list)}>
            Export
          </Button>
          <ShowAsCode
            tenant={tenant}
            cli={[["durward audit edits", ...Object.entries(filter).map(([name, value]) => `--${name} ${value}`)].join(" ")]}
            curl={[{ path: `/v1/tenants/${tenant}/audit/edits${query && `?${query}`}` }]}
          />
        </>
      }
    >
      <div className="row wrap" style={{ marginBottom: 12 }}>
        <Select size="xs" w={220} aria-label="Kind of edit" placeholder="Every edit" clearable searchable data={types} value={filter.type ?? null} onChange={(v) => set({ type: v ?? undefined })} />
        <Select size="xs" w={160} aria-label="Flow" placeholder="Every flow" clearable data={flows.map((f) => f.slug)} value={filter.flow ?? null} onChange={(v) => set({ flow: v ?? undefined })} />
        <Select size="xs" w={200} aria-label="Action" placeholder="Every action" clearable searchable data={actions.map((a) => a.slug)} value={filter.action ?? null} onChange={(v) => set({ action: v ?? undefined })} />
      </div>
      <Failure error={edits.error} />
      {edits.isSuccess && list.length === 0 && <Empty title="No edit matches">What is changed in this tenant is here at once, whoever changes it and by whichever way.</Empty>}
      {list.length > 0 && (
        <div className="scroll-x">
          <table className="list" aria-label="Edits">
            <thead>
              <tr>
                <th>No.</th>
                <th>When</th>
                <th>Who</th>
                <th>What</th>
                <th>Of</th>
              </tr>
            </thead>
            <tbody>
              {list.map((e) => (
                <Row key={e.sequence} tenant={tenant} event={e} />
              ))}
            </tbody>
          </table>
          {edits.hasNextPage && (
            <Button mt="md" variant="default" loading={edits.isFetchingNextPage} onClick={() => void edits.fetchNextPage()}>
              Older ones
            </Button>
          )}
        </div>
      )}
    </Page>
  );
}

function Row({ tenant, event: e }: { tenant: string; event: Schemas["Event"] }) {
  const [open, setOpen] = useState(false);
  const more = e.before !== undefined || e.after !== undefined;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Fragment>
      <tr>
        <td className="number muted">{e.sequence}</td>
        <td className="number" style={{ whiteSpace: "nowrap" }}>
          {moment(e.time)}
        </td>
        <td>
          {e.actor.name}
          <div className="muted small">{e.actor.role}</div>
        </td>
        <td>
          {more ? (
            <button type="button" className="plain-button row" aria-expanded={open} onClick={() => setOpen(!open)}>
              <span className="mono">{e.type}</span>
              <Chevron size={14} stroke={1.8} aria-hidden />
            </button>
          ) : (
            <span className="mono">{e.type}</span>
          )}
        </td>
        <td>
          <Of tenant={tenant} event={e} />
        </td>
      </tr>
      {open && (
        <tr>
          <td />
          <td colSpan={4}>
            <div className="two">
              <Value title="Before" value={e.before} />
              <Value title="After" value={e.after} />
            </div>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Of({ tenant, event: e }: { tenant: string; event: Schemas["Event"] }) {
  return (
    <>
      {e.action && (
        <Link className="plain" href={`/t/${tenant}/actions/${e.action}`}>
          {e.action}
        </Link>
      )}{" "}
      {e.version && <span className="mono muted">{e.version}</span>}{" "}
      {e.flow && (
        <Link className="plain" href={`/t/${tenant}/flows/${e.flow}`}>
          {e.action && "in "}
          {e.flow}
          {e.slot && ` · ${e.slot}`}
          {e.method && ` (${e.method})`}
        </Link>
      )}{" "}
      {e.revision ? <span className="muted">revision {e.revision}</span> : null} {e.subject && <span className="mono">{e.subject}</span>}
    </>
  );
}

function Value({ title, value }: { title: string; value: unknown }) {
  return (
    <div style={{ minWidth: 0 }}>
      <div className="muted small" style={{ marginBottom: 4 }}>
        {title}
      </div>
      {value === undefined ? (
        <span className="muted">nothing</span>
      ) : (
        <pre className="code soft" tabIndex={0}>
          {JSON.stringify(value, null, 2)}
        </pre>
      )}
    </div>
  );
}
