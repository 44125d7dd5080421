import type { Block, CommonContext, Config, Continue, Secrets, UserChanges } from "durward";
import { deliver, jsonOf } from "./lib/deliver";
import { fillAll } from "./lib/paths";

interface Input {
  context: CommonContext;
  config: Config;
  secrets: Secrets;
}

export async function execute(input: Input): Promise<Continue | Block> {
  const { config } = input;
  const headers = headersOf(input);
  const init = { method: config.method, headers, body: JSON.stringify(fillAll(config.body, input)) };
  if (config.response === "ignore") {
    await deliver(config.url, init, { ...config, attempts: 1 }).catch((error) => console.warn(String(error)));
    return { kind: "continue" };
  }
  const answer = await deliver(config.url, init, config);
  if (!answer.ok) return interrupted(answer, config);
  if (config.response === "plain" || answer.status === 204) return { kind: "continue" };
  return { kind: "continue", user: await changesOf(answer) };
}

function headersOf({ context, config, secrets }: Input): Headers {
  const headers = new Headers({ "Content-Type": "application/json", "Ory-Webhook-Trigger-Id": context.idempotency_key });
  if (config.auth === "none") return headers;
  const key = secrets.WEB_HOOK_API_KEY;
  if (key === undefined) throw new Error("the secret WEB_HOOK_API_KEY is not set");
  if (config.auth === "api_key") headers.set(config.auth_header, key);
  else headers.set("Authorization", `Basic ${Buffer.from(key).toString("base64")}`);
  return headers;
}

/** Kratos' messages: [{ instance_ptr, messages: [{ text }] }]. */
async function interrupted(answer: Response, { can_interrupt }: Config): Promise<Block> {
  const reason = `the web hook answered ${answer.status}`;
  const first = can_interrupt ? (await jsonOf(answer))?.messages?.[0] : undefined; // not covered: what is no list of messages
  const message = first?.messages?.[0]?.text; // not covered: a list without messages
  if (typeof message !== "string") throw new Error(reason);
  const field = /^#(\/.+)$/.exec(String(first.instance_ptr))?.[1];
  return { kind: "block", code: "interrupted", message, field, reason };
}

/** What of the identity the answer has: the other parts stay as they are. */
async function changesOf(answer: Response): Promise<UserChanges> {
  const identity = (await jsonOf(answer))?.identity;
  if (typeof identity !== "object" || identity === null) throw new Error(`the web hook answered ${answer.status} without an identity`);
  return { traits: identity.traits, user_metadata: identity.metadata_public, app_metadata: identity.metadata_admin };
}
