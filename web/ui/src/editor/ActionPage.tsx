import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Suspense, useEffect, useState, useSyncExternalStore } from "react";

import { actionQuery, draftQuery } from "../api/queries";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { DraftKeeper } from "./DraftKeeper";
import { Studio } from "./Studio";

const route = getRouteApi("/signed-in/t/$tenant/actions/$action");

export function ActionPage() {
  const tenant = useTenant();
  const { action } = route.useParams();
  return (
    <Suspense>
      <Loaded key={`${tenant}/${action}`} tenant={tenant} slug={action} />
    </Suspense>
  );
}

function Loaded({ tenant, slug }: { tenant: string; slug: string }) {
  const action = useSuspenseQuery(actionQuery(tenant, slug)).data;
  const first = useSuspenseQuery(draftQuery(tenant, slug)).data;
  const may = useMay();
  const [keeper] = useState(
    () =>
      new DraftKeeper(tenant, slug, first, (saved, before) => {
        queryClient.setQueryData(draftQuery(tenant, slug).queryKey, saved);
        const declares = (d: typeof saved) => JSON.stringify([d.config_schema, d.secrets, d.lock]);
        if (declares(saved) !== declares(before)) void queryClient.invalidateQueries({ queryKey: [tenant, "actions", slug, "types"] });
      }),
  );
  const latest = useQuery({ ...draftQuery(tenant, slug), refetchInterval: 30_000 }).data;
  useEffect(() => {
    if (latest) keeper.heard(latest);
  }, [keeper, latest]);
  useEffect(() => {
    const leave = () => document.visibilityState === "hidden" && keeper.close();
    document.addEventListener("visibilitychange", leave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      keeper.close();
    };
  }, [keeper]);
  const state = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  return <Studio tenant={tenant} action={action} keeper={keeper} state={state} readOnly={!may("author")} />;
}
