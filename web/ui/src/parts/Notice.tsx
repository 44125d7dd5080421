import type { ReactNode } from "react";

import { textOf } from "../api/client";
import { IconAlert, IconDone, IconInfo } from "../icons";
import type { Tone } from "./Tag";

/** A sentence that matters here, in the flow of the page. */
export function Notice({ tone = "note", children, role }: { tone?: Tone; children: ReactNode; role?: "alert" | "status" }) {
  const Icon = tone === "good" ? IconDone : tone === "bad" || tone === "warn" ? IconAlert : IconInfo;
  return (
    <div className="notice" data-tone={tone} role={role}>
      <Icon size={17} stroke={1.8} aria-hidden />
      <div className="grow">{children}</div>
    </div>
  );
}

/** What went wrong, in the server's own words. */
export function Failure({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <Notice tone="bad" role="alert">
      {textOf(error)}
    </Notice>
  );
}
