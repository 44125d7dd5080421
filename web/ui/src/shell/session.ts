import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { includes, sessionQuery, type Role, type Session } from "../api/session";

const route = getRouteApi("/signed-in/t/$tenant");

/** The tenant of the page's address. */
export function useTenant(): string {
  return route.useParams().tenant;
}

/** Who is signed in; only for pages that are not shown to anybody else. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data!;
}

export function roleIn(session: Session, tenant: string): Role {
  if (session.operator) return "operator";
  return session.tenants.find((t) => t.id === tenant)?.role ?? "viewer";
}

/** Says whether the role here includes another one. */
export function useMay(): (need: Role) => boolean {
  const role = roleIn(useSession(), useTenant());
  return (need) => includes(role, need);
}
