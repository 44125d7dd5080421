import type { Continue, LoginAfter, RegistrationAfter } from "durward";
import { deliver, jsonOf } from "./lib/deliver";

interface Known {
  user_id: string;
  email: string;
  email_verified: boolean;
}

export async function execute(input: LoginAfter.Input | RegistrationAfter.Input): Promise<Continue> {
  const { user, context, config } = input;
  const address = normal(user.email);
  if (address === undefined || !user.email_verified || !config.connections.includes(context.connection?.name ?? "")) return { kind: "continue" };
  const known = await search(address, input);
  const others = known.filter((other) => other.email_verified === true && other.user_id !== user.id && normal(other.email) === address);
  if (others.length !== 1) return { kind: "continue" };
  return { kind: "continue", directives: [{ type: "link_identity", user_id: others[0]!.user_id }] };
}

async function search(email: string, { config, secrets }: LoginAfter.Input | RegistrationAfter.Input): Promise<Known[]> {
  if (secrets.DIRECTORY_TOKEN === undefined) throw new Error("the secret DIRECTORY_TOKEN is not set");
  const url = new URL(config.url);
  url.searchParams.set("email", email);
  const answer = await deliver(url.href, { headers: { Authorization: `Bearer ${secrets.DIRECTORY_TOKEN}` } }, config);
  if (!answer.ok) throw new Error(`the directory answered ${answer.status}`);
  const list = await jsonOf(answer);
  if (!Array.isArray(list)) throw new Error("the directory answered something that is no list");
  return list;
}

/** Equal for equal addresses; undefined for what is none. */
function normal(address: string): string | undefined {
  const domain = durward.domain(address);
  return domain && address.slice(0, address.lastIndexOf("@")).toLowerCase() + "@" + domain;
}
