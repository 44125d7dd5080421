import type { Attachment, Slot } from "./edit";

const usual = { attachment: 5_000, chain: 10_000 };

const seconds = (ms: number) => `${ms % 1000 === 0 ? ms / 1000 : (ms / 1000).toFixed(1)} s`;

/** How much of a list's time its attachments may take together. Who asks for more than there is has some that may be cut short. */
export function BudgetBar({ slot, list }: { slot?: Slot; list: Attachment[] }) {
  const on = list.filter((a) => !a.disabled);
  if (on.length === 0) return null;
  const budget = slot?.timeout_ms || usual.chain;
  const parts = on.map((a) => a.timeout_ms || usual.attachment);
  const sum = parts.reduce((a, b) => a + b, 0);
  const scale = Math.max(sum, budget);
  const over = sum > budget;
  const text = `The caller waits at most ${seconds(Math.min(sum, budget))}: ${on.length === 1 ? `one action may take ${seconds(sum)}` : `${on.length} actions may take ${seconds(sum)} together`}, of ${seconds(budget)}.`;
  return (
    <div className="budget">
      <div className="budget-bar" role="img" aria-label={text} data-over={over || undefined}>
        {parts.map((ms, i) => (
          <span key={on[i].id ?? i} style={{ width: `${(ms / scale) * 100}%` }} title={`${on[i].action}: ${seconds(ms)}`} />
        ))}
        {over && <i style={{ left: `${(budget / scale) * 100}%` }} />}
      </div>
      <span className="small muted">{text}</span>
    </div>
  );
}
