import type { CommonContext, Config, Continue, Secrets } from "durward";
import { push } from "./lib/push";

interface Input {
  context: CommonContext;
  config: Config;
  secrets: Secrets;
}

export async function execute(input: Input): Promise<Continue> {
  const { config, secrets } = input;
  try {
    await push(input, { ...config, body: config.fields, token: secrets.CRM_TOKEN });
  } catch (error) {
    if (config.on_error === "fail") throw error;
    console.warn(String(error));
  }
  return { kind: "continue" };
}
