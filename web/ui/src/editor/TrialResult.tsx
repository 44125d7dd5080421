import type { Schemas } from "../api/client";
import { bytes, duration } from "../parts/format";
import { Notice } from "../parts/Notice";
import { Outcome, Tag, type Tone } from "../parts/Tag";

interface Props {
  result: Schemas["TrialResult"];
  open: (path: string, at?: { line: number; column: number }) => void;
}

/** How a draft ran: what it answered or how it failed, what it wrote, what it cost. */
export function TrialResult({ result, open }: Props) {
  const outcome = result.outcome as { kind?: string } | undefined;
  return (
    <section aria-label="Result" className="stack tight" data-testid="result">
      <div className="row wrap">
        <Outcome kind={outcome?.kind} failed={result.failure !== undefined} />
        <span className="muted small number">
          {duration(result.duration_us)}, {duration(result.cpu_us)} computing
          {result.allocated_bytes ? `, ${bytes(result.allocated_bytes)}` : ""}
        </span>
      </div>
      {outcome && <pre className="code soft">{JSON.stringify(outcome, null, 2)}</pre>}
      {result.failure && <FailureText failure={result.failure} open={open} />}
      <Logs logs={result.logs} dropped={result.logs_dropped} />
      <Requests requests={result.requests ?? []} />
    </section>
  );
}

function FailureText({ failure, open }: { failure: Schemas["Failure"]; open: Props["open"] }) {
  return (
    <Notice tone="bad">
      <div>
        <strong>{failure.kind.replaceAll("_", " ")}</strong>: {failure.message}
        {failure.limit && ` (${failure.limit})`}
      </div>
      {failure.hint && <div>{failure.hint}</div>}
      {(failure.stack ?? []).map((frame, i) => (
        <div key={i} className="small">
          at {frame.function && <span className="mono">{frame.function} </span>}
          <button type="button" className="place" onClick={() => open(frame.file, { line: frame.line, column: frame.column })}>
            {frame.file}:{frame.line}:{frame.column}
          </button>
        </div>
      ))}
    </Notice>
  );
}

const levels: Record<string, Tone> = { error: "bad", warn: "warn", info: "note" };

/** The lines that an action wrote. */
export function Logs({ logs, dropped }: { logs: Schemas["Log"][]; dropped?: number }) {
  if (logs.length === 0) return null;
  return (
    <div className="logs" role="log" aria-label="Log" tabIndex={0}>
      {logs.map((line, i) => (
        <div key={i} className="log">
          <span className="muted number">+{duration(line.at_us)}</span>
          <Tag tone={levels[line.level] ?? "calm"}>{line.level}</Tag>
          <span className="grow">
            {line.message}
            {line.fields !== undefined && <span className="muted"> {JSON.stringify(line.fields)}</span>}
          </span>
        </div>
      ))}
      {dropped ? <div className="muted small">{dropped} more lines were over the limit.</div> : null}
    </div>
  );
}

/** What an action sent over the network. */
export function Requests({ requests }: { requests: Schemas["Request"][] }) {
  if (requests.length === 0) return null;
  return (
    <div className="scroll-x">
      <table className="list small" aria-label="Requests">
        <tbody>
          {requests.map((r, i) => (
            <tr key={i}>
              <td className="mono">{r.method}</td>
              <td className="mono" style={{ overflowWrap: "anywhere" }}>
                {r.host}
                {r.path}
              </td>
              <td>{r.error ? <Tag tone="bad">{r.error}</Tag> : <Tag tone={(r.status ?? 0) < 400 ? "good" : "warn"}>{r.status}</Tag>}</td>
              <td className="end number muted">{duration(r.duration_us)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
