import type { CommonContext } from "durward";
import { deliver } from "./deliver";
import { fill, fillAll } from "./paths";

interface Push {
  url: string;
  method: "POST" | "PUT" | "PATCH";
  body: object;
  token: string | undefined;
  timeout_ms: number;
  attempts: number;
  backoff_ms: number;
}

/** Sends JSON with a bearer token, and throws unless the answer is one of success. The schema sees to it that the host is written out in the URL. */
export async function push(input: { context: CommonContext }, { url, method, body, token, ...patience }: Push): Promise<void> {
  const to = fill(url, input, encodeURIComponent);
  const headers = new Headers({ "Content-Type": "application/json", "Idempotency-Key": input.context.idempotency_key });
  if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
  const answer = await deliver(to, { method, headers, body: JSON.stringify(fillAll(body, input)) }, patience);
  if (!answer.ok) throw new Error(`${new URL(to).host} answered ${answer.status}`);
}
