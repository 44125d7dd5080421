import { CloseButton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { api, ask } from "../api/client";
import { actionsQuery, liveFlowsQuery } from "../api/queries";
import { IconDone, IconTodo } from "../icons";
import { Link } from "../parts/Link";
import { attachmentsOf } from "./attached";

/** The way from nothing to a first sign-in that was decided, as far as it is walked. It is gone when it is walked. */
export function FirstSteps({ tenant }: { tenant: string }) {
  const [hidden, setHidden] = useLocalStorage({ key: `durward-first-steps-${tenant}`, defaultValue: false });
  const actions = useQuery(actionsQuery(tenant)).data;
  const flows = useQuery(liveFlowsQuery(tenant)).data;
  const ran = useQuery({
    queryKey: [tenant, "any-run"],
    enabled: !hidden,
    queryFn: async () => (await ask(api.GET("/v1/tenants/{tenant}/audit/executions", { params: { path: { tenant }, query: { limit: 1 } } }))).items.length > 0,
  }).data;
  if (hidden || !actions || !flows || ran === undefined || ran) return null;

  const newest = [...actions].sort((a, b) => b.created_at.localeCompare(a.created_at))[0];
  const published = actions.find((a) => a.latest);
  const attached = attachmentsOf(flows).size > 0;
  const to = (path: string) => `/t/${tenant}${path}`;
  const steps: { done: boolean; label: ReactNode }[] = [
    { done: actions.length > 0, label: <Link href={to("/actions/new")} className="link">Create an action</Link> },
    { done: published !== undefined, label: newest ? <Link href={to(`/actions/${newest.slug}`)} className="link">Change it, test it, publish it</Link> : "Change it, test it, publish it" },
    { done: attached, label: published ? <Link href={to("/flows/login")} className="link">Attach it to the login flow</Link> : "Attach it to the login flow" },
    { done: false, label: attached ? <Link href={to("/runs")} className="link">Call it, and see the run arrive</Link> : "Call it, and see the run arrive" },
  ];
  return (
    <nav aria-label="First steps" className="first-steps">
      <ol>
        {steps.map((step, i) => (
          <li key={i} data-done={step.done}>
            {step.done ? <IconDone size={17} stroke={1.8} aria-label="Done" /> : <IconTodo size={17} stroke={1.8} aria-hidden />}
            {step.label}
          </li>
        ))}
      </ol>
      <CloseButton size="sm" aria-label="Hide the first steps" onClick={() => setHidden(true)} />
    </nav>
  );
}
