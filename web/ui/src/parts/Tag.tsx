import type { ReactNode } from "react";

export type Tone = "calm" | "good" | "warn" | "bad" | "note";

/** A word about the state of something. */
export function Tag({ tone = "calm", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className="tag" data-tone={tone} title={title}>
      {children}
    </span>
  );
}

const tones: Record<string, Tone> = { continue: "good", block: "bad", demand_mfa: "warn", redirect: "note" };

/** What an action or a call was answered with. */
export function Outcome({ kind, failed, skipped }: { kind?: string; failed?: boolean; skipped?: boolean }) {
  if (skipped) return <Tag>skipped</Tag>;
  if (failed) return <Tag tone="bad">failed</Tag>;
  return <Tag tone={tones[kind ?? ""] ?? "calm"}>{kind || "none"}</Tag>;
}
