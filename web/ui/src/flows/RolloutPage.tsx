import { Button, Modal, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { api, ask, hasCode, type Schemas } from "../api/client";
import { flowQuery, revisionQuery } from "../api/queries";
import { Ago } from "../parts/Ago";
import { Empty } from "../parts/Empty";
import { percent } from "../parts/format";
import { Link } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { done } from "../parts/notify";
import { Page, Section } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag, type Tone } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { differences, forServer, type Slots } from "./edit";
import { RollBackDialog } from "./RevisionsPage";
import { RolloutForm } from "./RolloutForm";

const route = getRouteApi("/signed-in/t/$tenant/flows/$flow/rollout");

type Rollout = Schemas["Rollout"];

const states: Record<string, { tone: Tone; text: string }> = {
  running: { tone: "note", text: "running" },
  paused: { tone: "warn", text: "paused" },
  promoted: { tone: "good", text: "live for everybody" },
  aborted: { tone: "calm", text: "aborted" },
  rolled_back: { tone: "bad", text: "taken back by a guard" },
};

const metrics: Record<string, string> = { error_rate: "Errors", block_rate: "Blocked", mfa_rate: "Second factor", redirect_rate: "Redirected", p95_ms: "95th percentile" };
const isTime = (metric: string) => metric === "p95_ms";
const metricName = (metric: string) => metrics[metric] ?? metric;
const metricValue = (metric: string, value: number) => (isTime(metric) ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : percent(value));

export function RolloutPage() {
  const tenant = useTenant();
  const { flow: slug } = route.useParams();
  const may = useMay();
  const flow = useQuery({ ...flowQuery(tenant, slug), refetchInterval: 5000 });
  const rollout = useQuery({
    queryKey: [tenant, "flows", slug, "rollout"],
    queryFn: async (): Promise<Rollout | null> => {
      try {
        return await ask(api.GET("/v1/tenants/{tenant}/flows/{flow}/rollout", { params: { path: { tenant, flow: slug } } }));
      } catch (error) {
        if (hasCode(error, "rollout_state") || hasCode(error, "not_found")) return null;
        throw error;
      }
    },
    refetchInterval: 2000,
  });
  const [kept, , forget] = useLocalStorage<{ base: number; slots: Slots } | null>({ key: `durward-flow/${tenant}/${slug}`, defaultValue: null, getInitialValueInEffect: false });
  const [back, setBack] = useState(false);
  const r = rollout.data;
  const active = r?.state === "running" || r?.state === "paused";
  const base = `/t/${tenant}/flows/${slug}`;
  return (
    <Page
      title="Rollout"
      crumbs={
        <>
          <Link href={`/t/${tenant}/flows`} className="plain">
            Flows
          </Link>
          <span>/</span>
          <Link href={base} className="plain">
            {flow.data?.name ?? slug}
          </Link>
        </>
      }
      beside={r && <Tag tone={states[r.state]?.tone}>{states[r.state]?.text ?? r.state}</Tag>}
      actions={
        <>
          {may("publisher") && (flow.data?.revision ?? 1) > 1 && (
            <Button variant="default" color="red" onClick={() => setBack(true)}>
              Roll back
            </Button>
          )}
          <ShowAsCode
            tenant={tenant}
            cli={active ? [`durward rollout show ${slug}`, `durward rollout promote ${slug}`, `durward rollout abort ${slug}`] : [`durward rollout show ${slug}`, `durward flow rollback ${slug}`]}
            curl={[{ path: `/v1/tenants/${tenant}/flows/${slug}/rollout` }]}
          />
        </>
      }
    >
      <Failure error={flow.error ?? rollout.error} />
      {r && <Progress tenant={tenant} flow={slug} rollout={r} active={active} canSteer={may("publisher")} />}
      {!active && flow.data && rollout.isSuccess && kept && kept.base === flow.data.live.number && may("publisher") && (
        <Section title="Roll out what you have changed" note="It is saved as a candidate, and the users of the share that you say have it.">
          <ul className="plain-list" style={{ marginBottom: 14 }}>
            {differences(flow.data.live.slots, kept.slots).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <RolloutForm tenant={tenant} flow={slug} base={kept.base} slots={forServer(kept.slots)} onStarted={forget} />
        </Section>
      )}
      {!active && rollout.isSuccess && !kept && !r && (
        <Empty
          title="Nothing is being rolled out"
          actions={
            <Button component={Link} href={base} variant="default">
              Change the flow
            </Button>
          }
        >
          Change the flow, and bring the change to a small part of the users first. Guards watch errors, blocks and times, and take it back before everybody has it.
        </Empty>
      )}
      {!active && r && !kept && (
        <p className="muted">
          To roll out something new,{" "}
          <Link className="link" href={base}>
            change the flow
          </Link>
          .
        </p>
      )}
      {back && <RollBackDialog tenant={tenant} flow={slug} onClose={() => setBack(false)} />}
    </Page>
  );
}

function Progress({ tenant, flow, rollout: r, active, canSteer }: { tenant: string; flow: string; rollout: Rollout; active: boolean; canSteer: boolean }) {
  const stable = useQuery(revisionQuery(tenant, flow, r.stable)).data;
  const candidate = useQuery(revisionQuery(tenant, flow, r.candidate)).data;
  return (
    <>
      <div className="row wrap" style={{ marginBottom: 8 }}>
        <span>
          Revision {r.candidate} {active ? "is tried beside" : "was tried beside"} {r.stable}.
        </span>
        <span className="muted small grow">
          began <Ago time={r.started_at} />
          {r.ended_at && (
            <>
              , ended <Ago time={r.ended_at} />
            </>
          )}
        </span>
        {active && canSteer && <Steering tenant={tenant} flow={flow} rollout={r} />}
      </div>
      {r.reason && <p className="muted small">{r.reason}</p>}
      {r.breach && (
        <Notice tone="bad">
          {metricName(r.breach.metric)} of the candidate was {metricValue(r.breach.metric, r.breach.candidate)} in {r.breach.candidate_calls} calls, and {metricValue(r.breach.metric, r.breach.stable)} of stable in {r.breach.stable_calls}. Everybody has
          revision {r.stable} again.{" "}
          {(r.breach.runs ?? []).slice(0, 5).map((run, i) => (
            <Link key={run} className="link" href={`/t/${tenant}/runs/${encodeURIComponent(run)}`}>
              run {i + 1}{" "}
            </Link>
          ))}
        </Notice>
      )}
      <Steps rollout={r} />
      {stable && candidate && (
        <Section title="What it changes">
          <ul className="plain-list">
            {differences(stable.slots, candidate.slots).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="How the two do" note="Calls since it began. A guard speaks when there are enough of them, and acts when chance can no longer explain the difference.">
        <Figures rollout={r} />
      </Section>
    </>
  );
}

function Steps({ rollout: r }: { rollout: Rollout }) {
  return (
    <ol className="steps" aria-label="Steps">
      {r.steps.map((s, i) => {
        const at = i + 1;
        const state = r.state === "promoted" || at < r.step ? "done" : at === r.step ? "now" : "later";
        return (
          <li key={i} data-state={state} aria-current={state === "now" ? "step" : undefined}>
            <div className="steps-bar" />
            <div className="number" style={{ fontWeight: 500 }}>
              {s.percent} %
            </div>
            <div className="muted small">{stepText(s)}</div>
          </li>
        );
      })}
      <li data-state={r.state === "promoted" ? "done" : "later"}>
        <div className="steps-bar" />
        <div style={{ fontWeight: 500 }}>everybody</div>
      </li>
    </ol>
  );
}

function stepText(s: Schemas["RolloutStep"]): string {
  const parts = [s.duration_seconds ? span(s.duration_seconds) : "", s.min_runs ? `${s.min_runs} runs` : ""].filter(Boolean);
  return parts.length > 0 ? `at least ${parts.join(" and ")}` : "until it is promoted";
}

function span(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

const rows = [
  ["error_rate", (f: Schemas["CohortFigures"]) => f.error_rate],
  ["block_rate", (f: Schemas["CohortFigures"]) => f.block_rate],
  ["mfa_rate", (f: Schemas["CohortFigures"]) => f.mfa_rate],
  ["redirect_rate", (f: Schemas["CohortFigures"]) => f.redirect_rate],
  ["p95_ms", (f: Schemas["CohortFigures"]) => f.p95_ms],
] as const;

const standings: Record<string, { tone: Tone; text: string }> = {
  waiting: { tone: "calm", text: "too few calls yet" },
  within: { tone: "good", text: "within its bound" },
  above: { tone: "warn", text: "above, perhaps by chance" },
  breached: { tone: "bad", text: "breached" },
};

function Figures({ rollout: r }: { rollout: Rollout }) {
  const { stable, candidate } = r.figures;
  const verdict = (metric: string) => (r.verdicts ?? []).find((v) => v.metric === metric);
  return (
    <div className="scroll-x">
      <table className="list" aria-label="Figures" style={{ maxWidth: 820 }}>
        <thead>
          <tr>
            <td />
            <th>Revision {r.stable}, stable</th>
            <th>Revision {r.candidate}, candidate</th>
            <th>Guard</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>Runs, calls</td>
            <td className="number">
              {stable.runs}, {stable.calls}
            </td>
            <td className="number">
              {candidate.runs}, {candidate.calls}
            </td>
            <td />
          </tr>
          {rows.map(([metric, of]) => {
            const v = verdict(metric);
            const most = Math.max(of(stable), of(candidate), isTime(metric) ? 1 : 0.01);
            return (
              <tr key={metric}>
                <td>{metricName(metric)}</td>
                {[stable, candidate].map((cohort, i) => (
                  <td key={i} className="number">
                    <span className="row">
                      <span style={{ width: 70 }}>{cohort.calls === 0 ? "—" : metricValue(metric, of(cohort))}</span>
                      <span className="share" aria-hidden>
                        <span style={{ width: `${(100 * of(cohort)) / most}%`, background: i === 0 ? "var(--mantine-color-placeholder)" : undefined }} />
                      </span>
                    </span>
                  </td>
                ))}
                <td>
                  {v && (
                    <>
                      <Tag tone={standings[v.standing]?.tone}>{standings[v.standing]?.text ?? v.standing}</Tag>{" "}
                      <span className="muted small">at most {v.max ? metricValue(metric, v.max) : `${v.max_ratio} × stable`}</span>
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type Act = "promote" | "all" | "pause" | "resume" | "abort";

const acts: Record<Act, { title: string; text: string; button: string }> = {
  promote: { title: "Go to the next step", text: "The share of the next step has the candidate from now on.", button: "Next step" },
  all: { title: "Make it live for everybody", text: "The candidate is live for everybody at once, whatever steps are left.", button: "Make it live" },
  pause: { title: "Pause", text: "It stays at its step. The guards watch on.", button: "Pause" },
  resume: { title: "Go on", text: "It goes on with its step.", button: "Go on" },
  abort: { title: "Abort", text: "Everybody who signs in from now on has the stable revision. Sign-ins that have begun with the candidate keep it.", button: "Abort" },
};

/** What can be done with a rollout that is under way. Each says what it means before it is done. */
function Steering({ tenant, flow, rollout }: { tenant: string; flow: string; rollout: Rollout }) {
  const [asked, setAsked] = useState<Act>();
  const [reason, setReason] = useState("");
  const act = useMutation({
    mutationFn: (what: Act) => {
      const params = { path: { tenant, flow } };
      const why = { reason: reason || undefined };
      if (what === "pause") return ask(api.POST("/v1/tenants/{tenant}/flows/{flow}/rollout/pause", { params, body: why }));
      if (what === "resume") return ask(api.POST("/v1/tenants/{tenant}/flows/{flow}/rollout/resume", { params }));
      if (what === "abort") return ask(api.POST("/v1/tenants/{tenant}/flows/{flow}/rollout/abort", { params, body: why }));
      return ask(api.POST("/v1/tenants/{tenant}/flows/{flow}/rollout/promote", { params, body: { all: what === "all" || undefined } }));
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [tenant] });
      done("Done");
      setAsked(undefined);
    },
  });
  return (
    <>
      {rollout.state === "paused" ? (
        <Button variant="default" onClick={() => setAsked("resume")}>
          Go on
        </Button>
      ) : (
        <Button variant="default" onClick={() => setAsked("pause")}>
          Pause
        </Button>
      )}
      <Button variant="default" onClick={() => setAsked("abort")}>
        Abort
      </Button>
      <Button variant="default" onClick={() => setAsked("promote")}>
        Next step
      </Button>
      <Button onClick={() => setAsked("all")}>Live for everybody</Button>
      {asked && (
        <Modal opened onClose={() => setAsked(undefined)} title={acts[asked].title}>
          <div className="stack">
            <p style={{ margin: 0 }}>{acts[asked].text}</p>
            <Failure error={act.error} />
            {(asked === "pause" || asked === "abort") && <TextInput label="Why" data-autofocus value={reason} onChange={(e) => setReason(e.currentTarget.value)} />}
            <div className="row">
              <Button loading={act.isPending} color={asked === "abort" ? "red" : undefined} onClick={() => act.mutate(asked)}>
                {acts[asked].button}
              </Button>
              <Button variant="subtle" color="gray" onClick={() => setAsked(undefined)}>
                Cancel
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </>
  );
}
