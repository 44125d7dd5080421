import { Button } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { Ago } from "../parts/Ago";
import { Notice } from "../parts/Notice";
import type { DraftKeeper, State } from "./DraftKeeper";

const Comparison = lazy(() => import("./Comparison"));

/** The choice between what is written here and what somebody else has saved. Neither is lost before it is made. */
export function ConflictBar({ keeper, state }: { keeper: DraftKeeper; state: State }) {
  const [comparing, setComparing] = useState(false);
  const { standing, source } = state;
  if (standing.kind !== "conflict") return null;
  const { theirs } = standing;
  return (
    <div style={{ padding: "10px 16px", borderBottom: "1px solid var(--line)" }} data-testid="conflict">
      <Notice tone="warn" role="alert">
        <div className="row wrap">
          <span className="grow">
            <strong>{theirs.updated_by.name}</strong> saved this draft <Ago time={theirs.updated_at} />, and you have changed it too. Yours is kept in this browser until you choose.
          </span>
          <Button variant="default" onClick={() => setComparing(!comparing)}>
            {comparing ? "Hide" : "Compare"}
          </Button>
          <Button variant="default" onClick={() => keeper.takeTheirs()}>
            Take theirs
          </Button>
          <Button onClick={() => void keeper.keepMine()}>Keep mine</Button>
        </div>
      </Notice>
      {comparing && (
        <Suspense>
          <Comparison before={theirs.files} after={source.files} beforeLabel="Theirs" afterLabel="Yours" height={320} />
        </Suspense>
      )}
    </div>
  );
}
