import { queryOptions } from "@tanstack/react-query";

import { ProblemError, type Problem } from "./client";

export type Role = "execute" | "viewer" | "author" | "publisher" | "admin" | "operator";

export interface Membership {
  id: string;
  name: string;
  role: Role;
}

/** Who is signed in: a person, a key, or the operator. */
export interface Session {
  person?: { id: string; email: string; name: string };
  key?: { id: string; name: string };
  operator: boolean;
  tenants: Membership[];
  created_at: string;
  expires_at: string;
}

export interface Provider {
  id: string;
  name: string;
}

export type Credentials = { key: string } | { email: string; password: string } | { link: string };

export interface Invitation {
  tenant: { id: string; name: string };
  email: string;
  role: Role;
  expires_at: string;
  account: boolean;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: method === "POST" || method === "PUT" ? { "Content-Type": "application/json" } : {},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    problem = { type: "about:blank", title: `The server answered ${response.status}`, status: response.status, code: "internal", request_id: "" } as Problem;
  }
  throw new ProblemError(problem);
}

export const signIn = (credentials: Credentials) => call<Session>("POST", "/v1/session", credentials);
export const signOut = (everywhere = false) => call<void>("DELETE", everywhere ? "/v1/session?everywhere=true" : "/v1/session");
export const changePassword = (current: string, next: string) => call<Session>("PUT", "/v1/session/password", { current, new: next });
export const lookAtInvitation = (token: string) => call<Invitation>("POST", "/v1/invitations/look", { token });
export const acceptInvitation = (answer: { token: string; name?: string; password?: string }) => call<Session>("POST", "/v1/invitations/accept", answer);

/** The session of this browser; null where nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 60_000,
  retry: false,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await call<Session>("GET", "/v1/session");
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 401) return null;
      throw error;
    }
  },
});

/** The sign-in systems of the organisation, where the server knows some. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  staleTime: Infinity,
  retry: false,
  queryFn: async (): Promise<Provider[]> => (await call<{ items: Provider[] }>("GET", "/v1/session/providers")).items,
});

const ranks: Role[] = ["viewer", "author", "publisher", "admin", "operator"];

/** Whether one role includes another. The server decides; this only spares people buttons that would be refused. */
export function includes(have: Role, need: Role): boolean {
  return ranks.indexOf(have) >= ranks.indexOf(need);
}
