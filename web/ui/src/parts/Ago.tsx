import { ago, moment } from "./format";

/** A moment as people say it; its exact time is the title. */
export function Ago({ time }: { time?: string }) {
  if (!time) return <span className="muted">never</span>;
  return (
    <time dateTime={time} title={moment(time)}>
      {ago(time)}
    </time>
  );
}
