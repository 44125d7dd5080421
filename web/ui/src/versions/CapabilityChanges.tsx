import type { Schemas } from "../api/client";
import { Tag } from "../parts/Tag";

const kinds: Record<string, string> = { host: "may send requests to", secret: "may read the secret", outcome: "can answer", api: "touches", host_api: "touches", dynamic_code: "has code made from strings in" };

/** What a version can do that the one before it could not, and the reverse. */
export function CapabilityChanges({ changes }: { changes: Schemas["Changes"] }) {
  if (changes.added.length === 0 && changes.removed.length === 0) {
    return <p style={{ margin: 0 }}>{changes.since ? `It can do what ${changes.since} can, and nothing else.` : "It can do nothing beyond what every action can."}</p>;
  }
  return (
    <div>
      <div className="small muted" style={{ marginBottom: 6 }}>
        {changes.since ? `What it can do, compared with ${changes.since}` : "What it can do"}
      </div>
      <ul className="changes">
        {changes.added.map((c) => (
          <li key={`+${c.kind}${c.name}`}>
            <Tag tone="warn">new</Tag> {kinds[c.kind] ?? c.kind} <span className="mono">{c.name}</span>
          </li>
        ))}
        {changes.removed.map((c) => (
          <li key={`-${c.kind}${c.name}`}>
            <Tag>gone</Tag> {kinds[c.kind] ?? c.kind} <span className="mono">{c.name}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
