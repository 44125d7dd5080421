import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { memo, useMemo, useState } from "react";

import { actionsQuery, flowsQuery } from "../api/queries";
import { IconDownload, IconPause, IconPlay } from "../icons";
import { Empty } from "../parts/Empty";
import { download, duration, moment, timeOfDay } from "../parts/format";
import { Link, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page } from "../parts/Page";
import { quoted, ShowAsCode } from "../parts/ShowAsCode";
import { Outcome, Tag } from "../parts/Tag";
import { useTenant } from "../shell/session";
import { filterOf, filters, readRuns, useLive, type Filter, type Run } from "./list";

type Set = (change: Record<string, string | undefined>) => void;

const outcomes = [
  { value: "continue", label: "continue" },
  { value: "block", label: "block" },
  { value: "demand_mfa", label: "demand_mfa" },
  { value: "redirect", label: "redirect" },
  { value: "failed", label: "an action failed" },
  { value: "none", label: "no answer" },
];

/** What ran, newest first, and as it comes. */
export function RunsPage() {
  const tenant = useTenant();
  const [search, set] = useSearch();
  const filter = filterOf(search);
  const live = search.get("live") !== "off";
  const runs = useInfiniteQuery({
    queryKey: [tenant, "runs", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => readRuns(tenant, filter, pageParam),
    getNextPageParam: (last) => last.next,
  });
  const { runs: list, missed } = useLive(
    tenant,
    filter,
    live,
    useMemo(() => (runs.data?.pages ?? []).flatMap((page) => page.items), [runs.data]),
  );
  const filtered = Object.keys(filter).length > 0;
  const query = new URLSearchParams(filter as Record<string, string>).toString();
  const flags = Object.entries(filter).map(([name, value]) => `--${name} ${quoted(value)}`);
  return (
    <Page
      wide
      title="Runs"
      note="Every call of a flow: what was decided, by which version, and why."
      actions={
        <>
          <Button variant={live ? "light" : "default"} leftSection={live ? <IconPause size={14} stroke={1.8} /> : <IconPlay size={14} stroke={1.8} />} onClick={() => set({ live: live ? "off" : undefined })} aria-pressed={live}>
            {live ? "Live" : "Paused"}
          </Button>
          <Button variant="default" leftSection={<IconDownload size={15} stroke={1.8} />} onClick={() => download(`${tenant}-runs.ndjson`, list)} disabled={list.length === 0}>
            Export
          </Button>
          <ShowAsCode tenant={tenant} cli={[["durward audit executions", ...flags].join(" ")]} curl={[{ path: `/v1/tenants/${tenant}/audit/executions${query && `?${query}`}` }]} />
        </>
      }
    >
      <FilterBar tenant={tenant} filter={filter} set={set} />
      <Failure error={runs.error} />
      {missed > 0 && <p className="muted small">{missed} more came faster than they can be shown. They are in the list when it is read anew.</p>}
      {runs.isSuccess && list.length === 0 && <None tenant={tenant} filtered={filtered} set={set} />}
      {list.length > 0 && (
        <div className="scroll-x">
          <table className="list" aria-label="Runs">
            <thead>
              <tr>
                <th>Time</th>
                <th>Outcome</th>
                <th>Flow</th>
                <th>User</th>
                <th>Actions</th>
                <th className="end">Took</th>
              </tr>
            </thead>
            <tbody>
              {list.map((r) => (
                <Row key={r.id} tenant={tenant} record={r} set={set} />
              ))}
            </tbody>
          </table>
          {runs.hasNextPage && (
            <Button mt="md" variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
              Older ones
            </Button>
          )}
        </div>
      )}
    </Page>
  );
}

function None({ tenant, filtered, set }: { tenant: string; filtered: boolean; set: Set }) {
  if (filtered) {
    return (
      <Empty
        title="No run matches"
        actions={
          <Button variant="default" onClick={() => set(Object.fromEntries(filters.map((name) => [name, undefined])))}>
            Show all
          </Button>
        }
      >
        Runs are kept for as long as the operator has said.
      </Empty>
    );
  }
  return (
    <Empty
      title="Nothing has run yet"
      actions={
        <Button component={Link} href={`/t/${tenant}/flows`} variant="default">
          See how to call a flow
        </Button>
      }
    >
      Each call of your login system is here a moment after it was answered.
    </Empty>
  );
}

function FilterBar({ tenant, filter, set }: { tenant: string; filter: Filter; set: Set }) {
  const flows = useQuery(flowsQuery(tenant)).data ?? [];
  const actions = useQuery(actionsQuery(tenant)).data ?? [];
  return (
    <div className="row wrap" style={{ marginBottom: 12 }}>
      <Select size="xs" w={150} aria-label="Flow" placeholder="Every flow" clearable data={flows.map((f) => f.slug)} value={filter.flow ?? null} onChange={(v) => set({ flow: v ?? undefined })} />
      <Select size="xs" w={180} aria-label="Action" placeholder="Every action" clearable searchable data={actions.map((a) => a.slug)} value={filter.action ?? null} onChange={(v) => set({ action: v ?? undefined })} />
      <Select size="xs" w={160} aria-label="Outcome" placeholder="Every outcome" clearable data={outcomes} value={filter.outcome ?? null} onChange={(v) => set({ outcome: v ?? undefined })} />
      {(["user", "run", "request"] as const).map((name) => (
        <Words key={name} name={name} value={filter[name] ?? ""} set={set} />
      ))}
    </div>
  );
}

function Words({ name, value, set }: { name: "user" | "run" | "request"; value: string; set: Set }) {
  const [written, setWritten] = useState<string>();
  const apply = useDebouncedCallback((next: string) => {
    set({ [name]: next.trim() });
    setWritten(undefined);
  }, 400);
  return (
    <TextInput
      size="xs"
      w={150}
      aria-label={`Id of the ${name}`}
      placeholder={`${name} id`}
      value={written ?? value}
      onChange={(e) => {
        setWritten(e.currentTarget.value);
        apply(e.currentTarget.value);
      }}
    />
  );
}

/** Most rows are as they were when others come in front of them. */
const Row = memo(function Row({ tenant, record: r, set }: { tenant: string; record: Run; set: Set }) {
  const failure = r.actions.find((a) => a.failure)?.failure;
  return (
    <tr>
      <td className="number" style={{ whiteSpace: "nowrap" }}>
        <Link className="link" href={`/t/${tenant}/runs/${encodeURIComponent(r.run)}`} title={moment(r.time)}>
          {timeOfDay(r.time)}
        </Link>
        <div className="muted small">{new Date(r.time).toLocaleDateString("en-GB")}</div>
      </td>
      <td>
        <Outcome kind={r.outcome} />
        {r.code && <div className="small mono">{r.code}</div>}
      </td>
      <td style={{ whiteSpace: "nowrap" }}>
        {r.flow} · {r.slot}
        <div className="muted small">
          revision {r.revision}
          {r.cohort && `, ${r.cohort}`}
          {r.method && `, ${r.method}`}
        </div>
      </td>
      <td>
        {r.user ? (
          <button type="button" className="plain-button" onClick={() => set({ user: r.user })} title="Only the runs of this user">
            {r.user}
          </button>
        ) : (
          <span className="muted">—</span>
        )}
      </td>
      <td>
        {r.actions.length === 0 && <span className="muted">none</span>}
        <div className="row wrap tight">
          {r.actions.map((a, i) => (
            <span key={i}>
              {a.action} <span className="mono muted">{a.version}</span> {a.failure ? <Tag tone="bad">failed</Tag> : a.skipped ? <Tag>skipped</Tag> : null}
              {i < r.actions.length - 1 && <span className="muted"> ›</span>}
            </span>
          ))}
        </div>
        {failure && (
          <div className="small" style={{ color: "var(--bad)" }}>
            {failure.message}
          </div>
        )}
        {r.reason && !failure && <div className="small muted">{r.reason}</div>}
      </td>
      <td className="end number" style={{ whiteSpace: "nowrap" }}>
        {duration(r.duration_us)}
      </td>
    </tr>
  );
});
