import { QueryClient } from "@tanstack/react-query";

import { ProblemError } from "./api/client";

/** Whether a repeated question may get another answer: not where the server has said no. */
function again(count: number, error: unknown): boolean {
  if (error instanceof ProblemError && error.problem.status < 500 && error.problem.status !== 429) return false;
  return count < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 5_000, refetchOnWindowFocus: true }, mutations: { retry: false } },
});
