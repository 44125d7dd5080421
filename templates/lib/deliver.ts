interface Patience {
  timeout_ms: number;
  attempts: number;
  backoff_ms: number;
}

/** Sends a request, and again after 429, 5xx or no answer, each time after twice the pause before. The last answer counts, whatever it is; without one it throws. Redirects are not followed. */
export async function deliver(url: string, init: RequestInit, { timeout_ms, attempts, backoff_ms }: Patience): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeout_ms) });
      if (attempt === attempts || (answer.status < 500 && answer.status !== 429)) return answer;
    } catch (error) {
      if (attempt === attempts) throw error;
    }
    await new Promise<void>((resolve) => setTimeout(resolve, backoff_ms * 2 ** (attempt - 1)));
  }
}

/** What an answer has as JSON; undefined if it is none. */
export async function jsonOf(answer: Response): Promise<any> {
  try {
    return await answer.json();
  } catch {
    return undefined;
  }
}
