import { api, ask, hasCode, textOf, type Schemas } from "../api/client";

export type Draft = Schemas["Draft"];

/** What an author changes of a draft. */
export type Source = Pick<Draft, "files" | "entry" | "triggers" | "config_schema" | "secrets" | "hosts" | "dependencies">;

const members = ["files", "entry", "triggers", "config_schema", "secrets", "hosts", "dependencies"] as const;

/** How what is on the screen stands to what the server has. */
export type Standing =
  | { kind: "saved" }
  | { kind: "changed" }
  | { kind: "saving" }
  /** The server cannot be reached, or refuses this state of the draft. What was written is kept here, and saved as soon as it can be. */
  | { kind: "unsaved"; error: unknown }
  /** Somebody else has saved since. Nothing is saved until the author has chosen. */
  | { kind: "conflict"; theirs: Draft };

export interface State {
  source: Source;
  base: Draft;
  standing: Standing;
}

const pause = 900;

/**
 * Keeps a draft: what is written is in the browser's own storage at once, and on the server a moment later. It never saves over what somebody else has saved without being told to.
 */
export class DraftKeeper {
  readonly #tenant: string;
  readonly #action: string;
  readonly #listeners = new Set<() => void>();
  readonly #saved: (draft: Draft, before: Draft) => void;
  #state: State;
  #timer = 0;
  #running?: Promise<void>;

  /** saved is called with each draft that the server has taken. */
  constructor(tenant: string, action: string, base: Draft, saved: (draft: Draft, before: Draft) => void) {
    this.#tenant = tenant;
    this.#action = action;
    this.#saved = saved;
    this.#state = { source: sourceOf(base), base, standing: { kind: "saved" } };
    this.#recover();
  }

  get state(): State {
    return this.#state;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = () => this.#state;

  #set(change: Partial<State>) {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  get #key() {
    return `durward-draft/${this.#tenant}/${this.#action}`;
  }

  /** Brings back what was written and not saved when the page was last left. */
  #recover() {
    const kept = localStorage.getItem(this.#key);
    if (kept === null) return;
    try {
      const { revision, source } = JSON.parse(kept) as { revision: number; source: Source };
      const { base } = this.#state;
      if (same(source, sourceOf(base))) return localStorage.removeItem(this.#key);
      this.#state = { ...this.#state, source, standing: revision === base.revision ? { kind: "changed" } : { kind: "conflict", theirs: base } };
      if (revision === base.revision) this.#later();
    } catch {
      localStorage.removeItem(this.#key);
    }
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify({ revision: this.#state.base.revision, source: this.#state.source }));
    } catch {
      // The storage is full or forbidden: then the server's copy is the only one.
    }
  }

  edit(change: Partial<Source>) {
    const source = { ...this.#state.source, ...change };
    if (same(source, this.#state.source)) return;
    const conflict = this.#state.standing.kind === "conflict";
    this.#set({ source, standing: conflict ? this.#state.standing : { kind: "changed" } });
    this.#keep();
    if (!conflict) this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.save(), pause);
  }

  /** Saves what is not saved. It returns when the server has answered, and whether it then has everything. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    const { source, base, standing } = this.#state;
    if (standing.kind === "conflict") return false;
    const change = changeOf(source, base);
    if (Object.keys(change).length === 0) {
      localStorage.removeItem(this.#key);
      if (standing.kind !== "saved") this.#set({ standing: { kind: "saved" } });
      return true;
    }
    this.#set({ standing: { kind: "saving" } });
    this.#running = this.#send(change).finally(() => (this.#running = undefined));
    await this.#running;
    return (this.#state.standing as Standing).kind === "saved";
  }

  async #send(change: Schemas["DraftChange"]) {
    const before = this.#state.base;
    const path = { tenant: this.#tenant, action: this.#action };
    try {
      const saved = await ask(api.PATCH("/v1/tenants/{tenant}/actions/{action}/draft", { params: { path }, body: { ...change, revision: before.revision } }));
      const all = Object.keys(changeOf(this.#state.source, saved)).length === 0;
      this.#set({ base: saved, standing: { kind: all ? "saved" : "changed" } });
      if (all) localStorage.removeItem(this.#key);
      else {
        this.#keep();
        this.#later();
      }
      this.#saved(saved, before);
    } catch (error) {
      if (hasCode(error, "conflict")) await this.#meet(error);
      else this.#set({ standing: { kind: "unsaved", error } });
    }
  }

  async #meet(error: unknown) {
    const path = { tenant: this.#tenant, action: this.#action };
    try {
      this.heard(await ask(api.GET("/v1/tenants/{tenant}/actions/{action}/draft", { params: { path } })));
    } catch {
      this.#set({ standing: { kind: "unsaved", error } });
    }
  }

  /** Tells of a draft that the server has. */
  heard(draft: Draft) {
    const { base, source, standing } = this.#state;
    if (draft.revision <= base.revision) return;
    if (same(source, sourceOf(base)) || same(source, sourceOf(draft))) {
      localStorage.removeItem(this.#key);
      this.#set({ source: sourceOf(draft), base: draft, standing: { kind: "saved" } });
    } else if (standing.kind !== "saving" || this.#running) {
      clearTimeout(this.#timer);
      this.#set({ standing: { kind: "conflict", theirs: draft } });
    }
  }

  /** Saves what is written here over what somebody else has saved. */
  async keepMine() {
    const { standing } = this.#state;
    if (standing.kind !== "conflict") return;
    this.#set({ base: standing.theirs, standing: { kind: "changed" } });
    await this.save();
  }

  /** Gives up what is written here for what somebody else has saved. */
  takeTheirs() {
    const { standing } = this.#state;
    if (standing.kind !== "conflict") return;
    localStorage.removeItem(this.#key);
    this.#set({ base: standing.theirs, source: sourceOf(standing.theirs), standing: { kind: "saved" } });
  }

  /** Sends what is left when the page is left. */
  close() {
    clearTimeout(this.#timer);
    if (this.#state.standing.kind === "changed") void this.save();
  }
}

export function sourceOf(draft: Draft): Source {
  const { files, entry, triggers, config_schema, secrets, hosts, dependencies } = draft;
  return { files, entry, triggers, config_schema, secrets, hosts, dependencies };
}

/** What of a source the server does not have. */
export function changeOf(source: Source, base: Draft): Schemas["DraftChange"] {
  const change: Record<string, unknown> = {};
  for (const member of members) {
    if (same(source[member] ?? null, base[member] ?? null)) continue;
    const empty = member === "config_schema" ? null : member === "entry" ? "" : member === "secrets" || member === "hosts" || member === "triggers" ? [] : {};
    change[member] = source[member] ?? empty;
  }
  return change as Schemas["DraftChange"];
}

/** Whether two values are the same JSON, whatever the order of members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(x), ...Object.keys(y)]);
  return [...keys].every((key) => same(x[key], y[key]));
}

export function standingText(s: Standing): string {
  switch (s.kind) {
    case "saved":
      return "Saved";
    case "changed":
      return "Not saved yet";
    case "saving":
      return "Saving…";
    case "unsaved":
      return `Kept in this browser only: ${textOf(s.error)}`;
    case "conflict":
      return "Somebody else has saved";
  }
}
