import type { Schemas } from "../api/client";
import { bytes, duration } from "../parts/format";
import { Notice } from "../parts/Notice";
import { Outcome } from "../parts/Tag";
import { Logs, Requests } from "../runs/details";

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
