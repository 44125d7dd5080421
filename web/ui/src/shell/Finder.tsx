import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { actionsQuery, flowsQuery } from "../api/queries";
import { IconSearch } from "../icons";
import { useGo } from "../parts/Link";

export const openFinder = spotlight.open;

/** Goes anywhere in the tenant by a few letters of its name. */
export function Finder({ tenant }: { tenant: string }) {
  const [opened, setOpened] = useState(false);
  const actions = useQuery({ ...actionsQuery(tenant), enabled: opened });
  const flows = useQuery({ ...flowsQuery(tenant), enabled: opened });
  const goTo = useGo();
  const go = (path: string) => () => goTo(`/t/${tenant}${path}`);
  const entries: SpotlightActionData[] = [
    { id: "page-actions", label: "Actions", onClick: go("/actions") },
    { id: "page-new", label: "New action", onClick: go("/actions/new") },
    { id: "page-flows", label: "Flows", onClick: go("/flows") },
    { id: "page-runs", label: "Runs", onClick: go("/runs") },
    { id: "page-audit", label: "Audit", onClick: go("/audit") },
    { id: "page-settings", label: "Settings", onClick: go("/settings") },
    ...(actions.data ?? []).map((a) => ({ id: `action-${a.slug}`, label: a.name, description: `Action ${a.slug}`, onClick: go(`/actions/${a.slug}`) })),
    ...(flows.data ?? []).map((f) => ({ id: `flow-${f.slug}`, label: f.name, description: `Flow ${f.slug}`, onClick: go(`/flows/${f.slug}`) })),
  ];
  return (
    <Spotlight
      actions={entries}
      limit={12}
      nothingFound="Nothing has this name"
      shortcut="mod + K"
      onSpotlightOpen={() => setOpened(true)}
      searchProps={{ leftSection: <IconSearch size={17} stroke={1.7} />, placeholder: "An action, a flow, a page", "aria-label": "Go to" }}
    />
  );
}
