import { Button } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { hasCode, textOf } from "../api/client";
import { Link } from "../parts/Link";
import { Empty } from "../parts/Empty";

/** The page for what is not there. */
export function Missing() {
  return (
    <Empty
      title="There is no such page"
      actions={
        <Button component={Link} href="/" variant="default">
          Go to the start
        </Button>
      }
    >
      The address may be mistyped, or what was here is gone.
    </Empty>
  );
}

/** The page for what could not be shown. A newer build of the application on the server is the likeliest cause of a file that is not there. */
export function Broken({ error, reset }: ErrorComponentProps) {
  if (hasCode(error, "not_found")) return <Missing />;
  const stale = /dynamically imported module|module script/i.test(String(error));
  return (
    <Empty
      title={stale ? "Durward was updated" : "This page could not be shown"}
      actions={
        <Button variant="default" onClick={() => (stale ? location.reload() : reset())}>
          {stale ? "Load it anew" : "Try again"}
        </Button>
      }
    >
      {stale ? "The page that is open belongs to the version before." : textOf(error)}
    </Empty>
  );
}
