import createClient from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** An answer of the server that is not a success, with all that it says of why. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(describe(problem));
    this.name = "ProblemError";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

function describe(p: Problem): string {
  const errors = (p.errors ?? []).map((e) => (e.pointer ? `${e.pointer}: ${e.detail}` : e.detail));
  return [p.detail || p.title, ...errors].join(" ");
}

/** What to show of any error: the server's words, or that it could not be reached. */
export function textOf(error: unknown): string {
  if (error instanceof ProblemError) return error.message;
  if (error instanceof TypeError) return "The server cannot be reached. Nothing is lost: try again.";
  return error instanceof Error ? error.message : String(error);
}

export function hasCode(error: unknown, code: string): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

export const api = createClient<paths>({ credentials: "same-origin" });

// The server takes no edit that a form of another site could have sent: each says that it is JSON, also where there is nothing to say.
api.use({
  onRequest({ request }) {
    if (["POST", "PUT", "PATCH"].includes(request.method) && !request.headers.has("Content-Type")) request.headers.set("Content-Type", "application/json");
    return request;
  },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Waits for an answer, and returns its body or throws a ProblemError. Nobody here asks for the events that some answers can be. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<Exclude<T, Schemas["StreamEvent"]>> {
  const { data, error, response } = await answer;
  if (response.ok) return data as Exclude<T, Schemas["StreamEvent"]>;
  throw new ProblemError(problemOf(error, response));
}

function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "code" in error && "title" in error) return error as Problem;
  return {
    type: "about:blank",
    title: `The server answered ${response.status}`,
    status: response.status,
    code: "internal",
    request_id: response.headers.get("X-Request-Id") ?? "",
  } as Problem;
}

