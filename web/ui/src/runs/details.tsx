import type { Schemas } from "../api/client";
import { duration } from "../parts/format";
import { Tag, type Tone } from "../parts/Tag";

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
