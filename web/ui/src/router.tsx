import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { sessionQuery } from "./api/session";
import { queryClient } from "./queryClient";
import { Shell } from "./shell/Shell";
import { Broken, Missing } from "./shell/Missing";

const root = createRootRoute({ component: Outlet, errorComponent: Broken, notFoundComponent: Missing });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./session/SignIn"), "SignIn"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./session/Accept"), "Accept"),
});

/** Everything for which one must be signed in. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ href: location.href === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(location.href)}` });
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./session/Home"), "Home"),
});

const tenant = createRoute({ getParentRoute: () => signedIn, path: "/t/$tenant", component: Shell, errorComponent: Broken, notFoundComponent: Missing });

const start = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/t/$tenant/actions", params });
  },
});

const actions = createRoute({
  getParentRoute: () => tenant,
  path: "/actions",
  component: lazyRouteComponent(() => import("./actions/ActionsPage"), "ActionsPage"),
});

const newAction = createRoute({
  getParentRoute: () => tenant,
  path: "/actions/new",
  component: lazyRouteComponent(() => import("./actions/NewActionPage"), "NewActionPage"),
});

const action = createRoute({
  getParentRoute: () => tenant,
  path: "/actions/$action",
  component: lazyRouteComponent(() => import("./editor/ActionPage"), "ActionPage"),
});

const versions = createRoute({
  getParentRoute: () => tenant,
  path: "/actions/$action/versions",
  component: lazyRouteComponent(() => import("./versions/VersionsPage"), "VersionsPage"),
});

const compare = createRoute({
  getParentRoute: () => tenant,
  path: "/actions/$action/compare",
  component: lazyRouteComponent(() => import("./versions/ComparePage"), "ComparePage"),
});

const flows = createRoute({
  getParentRoute: () => tenant,
  path: "/flows",
  component: lazyRouteComponent(() => import("./flows/FlowsPage"), "FlowsPage"),
});

const flow = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/$flow",
  component: lazyRouteComponent(() => import("./flows/FlowPage"), "FlowPage"),
});

const revisions = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/$flow/revisions",
  component: lazyRouteComponent(() => import("./flows/RevisionsPage"), "RevisionsPage"),
});

const rollout = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/$flow/rollout",
  component: lazyRouteComponent(() => import("./flows/RolloutPage"), "RolloutPage"),
});

const runs = createRoute({
  getParentRoute: () => tenant,
  path: "/runs",
  component: lazyRouteComponent(() => import("./runs/RunsPage"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => tenant,
  path: "/runs/$run",
  component: lazyRouteComponent(() => import("./runs/RunPage"), "RunPage"),
});

const audit = createRoute({
  getParentRoute: () => tenant,
  path: "/audit",
  component: lazyRouteComponent(() => import("./audit/AuditPage"), "AuditPage"),
});

const settingsStart = createRoute({
  getParentRoute: () => tenant,
  path: "/settings",
  beforeLoad: ({ params }) => {
    throw redirect({ href: `/t/${params.tenant}/settings/secrets` });
  },
});

const settings = createRoute({
  getParentRoute: () => tenant,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage"),
});

const routes = root.addChildren([signIn, invitation, signedIn.addChildren([home, tenant.addChildren([start, actions, newAction, action, versions, compare, flows, flow, revisions, rollout, runs, run, audit, settingsStart, settings])])]);

export const router = createRouter({ routeTree: routes, defaultPreload: "intent", defaultPreloadStaleTime: 0, scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
