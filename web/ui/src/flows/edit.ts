import type { Schemas } from "../api/client";

export type Slot = Schemas["Slot"];
export type Attachment = Schemas["Attachment"];
export type Slots = Record<string, Slot>;

/** One list of a slot: the default one, or that of a method. */
export interface ListName {
  slot: string;
  method?: string;
}

export function listOf(slots: Slots, { slot, method }: ListName): Attachment[] {
  const content = slots[slot];
  return (method === undefined ? content?.default : content?.methods?.[method]) ?? [];
}

/** The slots with another list in the place of one. */
export function withList(slots: Slots, { slot, method }: ListName, list: Attachment[]): Slots {
  const content = slots[slot] ?? {};
  const next = method === undefined ? { ...content, default: list } : { ...content, methods: { ...content.methods, [method]: list } };
  return { ...slots, [slot]: next };
}

export function withoutMethod(slots: Slots, slot: string, method: string): Slots {
  const { [method]: _gone, ...methods } = slots[slot]?.methods ?? {};
  return { ...slots, [slot]: { ...slots[slot], methods } };
}

export function moved<T>(list: T[], from: number, to: number): T[] {
  const next = [...list];
  const [entry] = next.splice(from, 1);
  next.splice(to, 0, entry);
  return next;
}

/** A name for an attachment that is not saved yet; the server makes the real one. */
let count = 0;
export const newID = () => `new-${++count}`;
export const isNew = (id: string | undefined) => id?.startsWith("new-") ?? true;

/** The slots as they are sent: new attachments get their names from the server. */
export function forServer(slots: Slots): Slots {
  const clean = (list?: Attachment[]) => list?.map((a) => (isNew(a.id) ? { ...a, id: undefined } : a));
  return Object.fromEntries(
    Object.entries(slots).map(([name, s]) => [name, { ...s, default: clean(s.default), methods: s.methods && Object.fromEntries(Object.entries(s.methods).map(([m, list]) => [m, clean(list) ?? []])) }]),
  );
}

/** What differs between two revisions of a flow, in sentences. */
export function differences(before: Slots, after: Slots): string[] {
  const lines: string[] = [];
  for (const slot of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [a, b] = [before[slot] ?? {}, after[slot] ?? {}];
    const methods = new Set<string | undefined>([undefined, ...Object.keys(a.methods ?? {}), ...Object.keys(b.methods ?? {})]);
    for (const method of methods) {
      const where = method === undefined ? slot : `${slot} (${method})`;
      if (method !== undefined && a.methods?.[method] === undefined) lines.push(`${where}: a list of its own, instead of the default one`);
      if (method !== undefined && b.methods?.[method] === undefined) lines.push(`${where}: the default list again`);
      lines.push(...listDifferences(where, listOf(before, { slot, method }), listOf(after, { slot, method })));
    }
    if ((a.timeout_ms ?? 0) !== (b.timeout_ms ?? 0)) lines.push(`${slot}: time budget ${b.timeout_ms ? `${b.timeout_ms} ms` : "as usual"}`);
    if ((a.order ?? "") !== (b.order ?? "")) lines.push(`${slot}: order ${b.order ?? "as they come"}`);
  }
  return lines;
}

function listDifferences(where: string, before: Attachment[], after: Attachment[]): string[] {
  const lines: string[] = [];
  for (const a of before) if (!after.some((b) => b.id === a.id)) lines.push(`${where}: ${a.action} ${a.version} is taken out`);
  for (const b of after) {
    const a = before.find((x) => x.id === b.id);
    if (!a) lines.push(`${where}: ${b.action} ${b.version} is attached`);
    else {
      if (a.version !== b.version) lines.push(`${where}: ${b.action} goes from ${a.version} to ${b.version}`);
      if (JSON.stringify(a.config ?? {}) !== JSON.stringify(b.config ?? {})) lines.push(`${where}: ${b.action} has another config`);
      if ((a.when ?? "") !== (b.when ?? "")) lines.push(`${where}: ${b.action} runs ${b.when ? `when ${b.when}` : "always"}`);
      if ((a.disabled ?? false) !== (b.disabled ?? false)) lines.push(`${where}: ${b.action} is switched ${b.disabled ? "off" : "on"}`);
      if ((a.on_failure ?? "") !== (b.on_failure ?? "")) lines.push(`${where}: a failure of ${b.action} means ${b.on_failure ?? "the usual"}`);
      if ((a.timeout_ms ?? 0) !== (b.timeout_ms ?? 0)) lines.push(`${where}: ${b.action} may take ${b.timeout_ms ? `${b.timeout_ms} ms` : "the usual 5 s"}`);
    }
  }
  const order = (list: Attachment[], other: Attachment[]) => list.filter((x) => other.some((y) => y.id === x.id)).map((x) => x.id).join();
  if (order(before, after) !== order(after, before)) lines.push(`${where}: another order`);
  return lines;
}
