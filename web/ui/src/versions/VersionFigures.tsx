import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";

import type { Schemas } from "../api/client";
import { versionFiguresQuery } from "../api/queries";
import { duration, percent } from "../parts/format";
import { Section } from "../parts/Page";

const Chart = lazy(() => import("./Chart"));

type Figures = Schemas["Figures"];

const kinds = ["continue", "redirect", "demand_mfa", "block", "none"] as const;
const count = (n: number) => String(Math.round(n));

/** What the last day's calls came to, version by version: to see whether a new one does what the old one did. */
export function VersionFigures({ tenant, action }: { tenant: string; action: string }) {
  const figures = useQuery({ ...versionFiguresQuery(tenant, action), refetchInterval: 30_000 }).data;
  const items = useMemo(() => (figures?.items ?? []).filter((i) => i.total.count > 0), [figures]);
  const { times, of } = useMemo(() => grid(figures), [figures]);
  const calls = useMemo(() => items.map((i) => ({ name: i.version ?? "", values: of(i, (p) => p.count) })), [items, of]);
  const slow = useMemo(() => items.map((i) => ({ name: i.version ?? "", values: of(i, (p) => p.p95_us) })), [items, of]);
  if (items.length === 0) return null;
  return (
    <Section title="How they do" note="Calls of the last 24 hours.">
      <div className="scroll-x">
        <table className="list" aria-label="Figures by version">
          <thead>
            <tr>
              <th>Version</th>
              <th>Calls</th>
              <th>Outcomes</th>
              <th className="end">Failed</th>
              <th className="end">Half within</th>
              <th className="end">95 % within</th>
            </tr>
          </thead>
          <tbody>
            {items.map((i) => (
              <tr key={i.version}>
                <td className="mono">{i.version}</td>
                <td className="number">{i.total.count}</td>
                <td>
                  <Outcomes total={i.total} />
                </td>
                <td className="end number">{percent(i.total.failed / i.total.count)}</td>
                <td className="end number">{duration(i.total.p50_us)}</td>
                <td className="end number">{duration(i.total.p95_us)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Suspense>
        <div className="two" style={{ marginTop: 16 }}>
          <Chart label="Calls in a quarter of an hour" times={times} lines={calls} format={count} />
          <Chart label="95 % of the calls are within" times={times} lines={slow} format={duration} />
        </div>
      </Suspense>
    </Section>
  );
}

/** The shares of the kinds of answers, as a bar and in words. */
function Outcomes({ total }: { total: Figures }) {
  const shares = kinds.filter((kind) => total[kind] > 0).map((kind) => ({ kind, share: total[kind] / total.count }));
  return (
    <span className="row wrap">
      <span className="outcomes" aria-hidden>
        {shares.map((s) => (
          <span key={s.kind} data-kind={s.kind} style={{ width: `${s.share * 100}%` }} />
        ))}
      </span>
      <span className="small muted">{shares.map((s) => `${s.kind} ${percent(s.share)}`).join(", ")}</span>
    </span>
  );
}

/** The times of all points, and the values of one course at them. */
function grid(figures?: Schemas["Statistics"]) {
  const step = figures?.step_seconds ?? 900;
  const from = figures ? Date.parse(figures.from) / 1000 : 0;
  const to = figures ? Date.parse(figures.to) / 1000 : 0;
  const times: number[] = [];
  for (let t = from; t < to; t += step) times.push(t);
  const of = (course: Schemas["Course"], value: (p: Figures) => number) => {
    const values: (number | null)[] = times.map(() => null);
    for (const p of course.points) {
      const i = Math.floor((Date.parse(p.time) / 1000 - from) / step);
      if (i >= 0 && i < values.length) values[i] = value(p);
    }
    return values;
  };
  return { times, of };
}
