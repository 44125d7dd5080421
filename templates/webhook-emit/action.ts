import type { Block, CommonContext, Continue, Config, Request as Origin, Secrets } from "durward";
import { deliver, jsonOf } from "./lib/deliver";
import { fill, fillAll } from "./lib/paths";

interface Input {
  trigger: string;
  request: Origin;
  context: CommonContext;
  config: Config;
  secrets: Secrets;
}

export async function execute(input: Input): Promise<Continue | Block> {
  const { config } = input;
  const init = await requestOf(input);
  if (config.wait === "none") {
    await deliver(config.url, init, { ...config, attempts: 1 }).catch((error) => console.warn(String(error)));
    return { kind: "continue" };
  }
  const answer = await deliver(config.url, init, config);
  return decide(answer, config);
}

async function requestOf(input: Input): Promise<RequestInit> {
  const { config, context, secrets } = input;
  const body = JSON.stringify(fillAll(config.body, input));
  const headers = new Headers({ "Content-Type": "application/json", "Idempotency-Key": context.idempotency_key });
  for (const [name, value] of Object.entries(config.headers)) headers.set(name, fill(value as string, input));
  if (config.sign) headers.set("Durward-Signature", await signature(secrets.WEBHOOK_SECRET, body));
  return { method: config.method, headers, body };
}

/** The timestamp, and the HMAC-SHA256 of the timestamp, a dot and the body. */
async function signature(secret: string | undefined, body: string): Promise<string> {
  if (secret === undefined) throw new Error("the secret WEBHOOK_SECRET is not set");
  const timestamp = Math.floor(Date.now() / 1000);
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${timestamp}.${body}`));
  const hex = Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `t=${timestamp},v1=${hex}`;
}

async function decide(answer: Response, { block_statuses, block_when, message }: Config): Promise<Continue | Block> {
  const blocked = block_statuses.includes(answer.status);
  if (!answer.ok && !blocked) throw new Error(`the webhook answered ${answer.status}`);
  if (!blocked && block_when.member === undefined) return { kind: "continue" };
  const content = await jsonOf(answer);
  if (!blocked && content === undefined) throw new Error(`the webhook answered ${answer.status} without JSON`);
  if (!blocked && content[block_when.member!] !== block_when.equals) return { kind: "continue" };
  const text = typeof content?.message === "string" ? content.message : message;
  return { kind: "block", code: "webhook_denied", message: text, reason: `the webhook answered ${answer.status}` };
}
