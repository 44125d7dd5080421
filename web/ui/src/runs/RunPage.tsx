import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { api, ask, type Schemas } from "../api/client";
import { Copy } from "../parts/Copy";
import { Empty } from "../parts/Empty";
import { bytes, duration, moment, plural } from "../parts/format";
import { Link } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Outcome, Tag } from "../parts/Tag";
import { useTenant } from "../shell/session";
import { Logs, Requests } from "./details";

const route = getRouteApi("/signed-in/t/$tenant/runs/$run");

/** One sign-in's way: each call, in its order, with what every action did in it. */
export function RunPage() {
  const tenant = useTenant();
  const { run } = route.useParams();
  const records = useQuery({
    queryKey: [tenant, "run", run],
    queryFn: async () => (await ask(api.GET("/v1/tenants/{tenant}/audit/executions", { params: { path: { tenant }, query: { run, limit: 200 } } }))).items.reverse(),
  });
  const list = records.data ?? [];
  return (
    <Page
      title="Run"
      crumbs={
        <Link href={`/t/${tenant}/runs`} className="plain">
          Runs
        </Link>
      }
      note={
        <span className="row">
          <span className="mono clip">{run}</span>
          <Copy text={location.href} label="Copy a link to this run" />
        </span>
      }
      actions={
        <ShowAsCode
          tenant={tenant}
          cli={[`durward audit executions --run ${run}`]}
          curl={[{ path: `/v1/tenants/${tenant}/audit/executions?run=${run}` }]}
          file={{ name: `${run}.json`, text: `${JSON.stringify(list, null, 2)}\n` }}
        />
      }
    >
      <Failure error={records.error} />
      {records.isSuccess && list.length === 0 && <Empty title="There is no such run">It may be older than records are kept, or of another tenant.</Empty>}
      {list.length > 0 && <Facts tenant={tenant} first={list[0]} calls={list.length} />}
      {list.map((record) => (
        <Call key={record.id} tenant={tenant} record={record} />
      ))}
    </Page>
  );
}

function Facts({ tenant, first, calls }: { tenant: string; first: Schemas["Record"]; calls: number }) {
  return (
    <dl className="facts" style={{ marginBottom: 24 }}>
      <dt>Began</dt>
      <dd>{moment(first.time)}</dd>
      <dt>Flow</dt>
      <dd>
        <Link className="link" href={`/t/${tenant}/flows/${first.flow}`}>
          {first.flow}
        </Link>{" "}
        at revision {first.revision} {first.cohort && <Tag>{first.cohort}</Tag>}
      </dd>
      {first.user && (
        <>
          <dt>User</dt>
          <dd>
            <Link className="link mono" href={`/t/${tenant}/runs?user=${encodeURIComponent(first.user)}`}>
              {first.user}
            </Link>
          </dd>
        </>
      )}
      {first.request && (
        <>
          <dt>Request</dt>
          <dd className="mono">{first.request}</dd>
        </>
      )}
      <dt>Calls</dt>
      <dd>{plural(calls, "call")}</dd>
    </dl>
  );
}

function Call({ tenant, record }: { tenant: string; record: Schemas["Record"] }) {
  return (
    <section className="section" aria-label={`Call of ${record.slot}`}>
      <div className="row wrap">
        <h2 className="section-title mono">{record.slot}</h2>
        <Outcome kind={record.outcome} />
        {record.code && <span className="mono small">{record.code}</span>}
        <span className="grow muted small">{record.reason}</span>
        <span className="muted small number">
          {moment(record.time)}, {duration(record.duration_us)}
          {record.attempt ? `, attempt ${record.attempt}` : ""}
        </span>
      </div>
      {record.recalled ? <Notice tone="warn">It began on revision {record.recalled}, which was recalled.</Notice> : null}
      {record.actions.length === 0 && <p className="muted small">Nothing was attached.</p>}
      <ol className="path">
        {record.actions.map((a, i) => (
          <Step key={i} tenant={tenant} detail={a} whole={record.duration_us} />
        ))}
      </ol>
    </section>
  );
}

function Step({ tenant, detail: a, whole }: { tenant: string; detail: Schemas["ExecutedDetail"]; whole: number }) {
  const share = Math.min(100, Math.round((100 * a.duration_us) / Math.max(whole, 1)));
  return (
    <li>
      <div className="row wrap">
        <Link className="link" style={{ fontWeight: 500 }} href={`/t/${tenant}/actions/${a.action}`}>
          {a.action}
        </Link>
        <Link className="plain mono muted" href={`/t/${tenant}/actions/${a.action}/compare?to=${a.version}`}>
          {a.version}
        </Link>
        <Outcome kind={a.outcome} failed={a.failure !== undefined} skipped={a.skipped} />
        {a.resumed && <Tag tone="note">resumed</Tag>}
        {a.policy && <Tag tone="warn">so: {a.policy}</Tag>}
        <span className="grow" />
        {!a.skipped && (
          <>
            <span className="share" role="img" aria-label={`${share} % of the call`}>
              <span style={{ width: `${share}%` }} />
            </span>
            <span className="muted small number">
              {duration(a.duration_us)}, {duration(a.cpu_us)} computing{a.allocated_bytes ? `, ${bytes(a.allocated_bytes)}` : ""}
            </span>
          </>
        )}
      </div>
      {a.failure && (
        <div style={{ margin: "8px 0" }}>
          <Notice tone="bad">
            <strong>{a.failure.kind.replaceAll("_", " ")}</strong>: {a.failure.message} {a.failure.limit && `(${a.failure.limit})`}
            {a.failure.file && (
              <div className="mono small">
                {a.failure.file}:{a.failure.line}:{a.failure.column}
              </div>
            )}
          </Notice>
        </div>
      )}
      <Logs logs={a.logs ?? []} dropped={a.logs_dropped} />
      <Requests requests={a.requests ?? []} />
    </li>
  );
}
