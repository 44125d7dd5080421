import type { Config, LoginAfter, LoginBefore, LoginIdentified, TokenIssue } from "durward";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const day = 24 * 3_600_000;

export function execute({ config }: LoginBefore.Input | LoginIdentified.Input | LoginAfter.Input | TokenIssue.Input): TokenIssue.Outcome {
  const now = Date.now();
  const changed = config.offset_changes.filter(({ from }) => Date.parse(from) <= now).at(-1);
  const local = now + minutes((changed ?? config).utc_offset) * 60_000;
  if (isOpen(local, config)) return { kind: "continue" };
  const { weekday, time } = wall(local);
  return { kind: "block", code: "outside_business_hours", message: config.message, reason: `it is ${weekday} ${time}` };
}

/** Hours that end before they begin are those of the day on which they begin, and go on the day after. */
function isOpen(local: number, { hours, holidays }: Config): boolean {
  const today = wall(local);
  const yesterday = wall(local - day);
  return hours.some(({ days, from, to }) => {
    const overnight = to <= from;
    const begun = days.includes(today.weekday) && !holidays.includes(today.date) && today.time >= from && (overnight || today.time < to);
    const goesOn = overnight && days.includes(yesterday.weekday) && !holidays.includes(yesterday.date) && today.time < to;
    return begun || goesOn;
  });
}

/** What a clock and a calendar on the wall show: of local time that is written as if it were UTC. */
function wall(local: number) {
  const at = new Date(local);
  const text = at.toISOString();
  return { weekday: days[at.getUTCDay()]!, date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** The minutes of an offset such as -05:30. */
function minutes(offset: string): number {
  const size = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  return offset.startsWith("-") ? -size : size;
}
