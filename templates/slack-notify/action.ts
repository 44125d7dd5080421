import type { CommonContext, Config, Continue, Secrets } from "durward";
import { deliver } from "./lib/deliver";
import { fill } from "./lib/paths";

interface Input {
  context: CommonContext;
  config: Config;
  secrets: Secrets;
}

export async function execute(input: Input): Promise<Continue> {
  try {
    await post(input);
  } catch (error) {
    if (input.config.on_error === "fail") throw error;
    console.warn(String(error));
  }
  return { kind: "continue" };
}

async function post(input: Input): Promise<void> {
  const { config, secrets } = input;
  const url = secrets.SLACK_WEBHOOK_URL;
  if (url === undefined) throw new Error("the secret SLACK_WEBHOOK_URL is not set");
  if (!url.startsWith("https://hooks.slack.com/services/")) throw new Error("the secret SLACK_WEBHOOK_URL is no incoming webhook of Slack");
  const body = JSON.stringify({ text: fill(config.text, input, escape) });
  const answer = await deliver(url, { method: "POST", headers: { "Content-Type": "application/json" }, body }, config);
  if (!answer.ok) throw new Error(`Slack answered ${answer.status}`);
}

/** What Slack asks for: these three, and nothing else. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
