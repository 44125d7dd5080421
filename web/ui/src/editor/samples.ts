import type { Schemas } from "../api/client";

const user = {
  id: "u1",
  email: "ada@example.com",
  email_verified: true,
  name: "Ada Lovelace",
  locale: "en",
  groups: ["staff"],
  app_metadata: { plan: "enterprise" },
  enrolled_factors: [{ method: "totp" }],
  logins_count: 12,
};

const request = { ip: "192.0.2.7", user_agent: "Mozilla/5.0", geo: { country: "GB", city: "London" } };

/** A call as a login system could send it at a trigger: something to change. */
export function sampleFor(trigger: Schemas["Trigger"]): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  if (trigger.per_method) event.method = "password";
  if (trigger.user === "known") event.user = user;
  else if (trigger.user !== "none") event.user = { email: user.email };
  if (trigger.id !== "token.client-credentials") event.request = request;
  const context = contexts[trigger.id] ?? contexts[trigger.flow];
  if (context) event.context = context;
  return event;
}

const contexts: Record<string, Record<string, unknown>> = {
  login: { client: { id: "web", name: "Web shop" }, risk: { score: 20, level: "low" } },
  "login.credential-checked": { credential: { valid: true } },
  registration: { client: { id: "web", name: "Web shop" } },
  "token.issue": { client: { id: "web" }, token: { claims: {}, scopes: ["openid", "profile"], audience: ["api"], grant_type: "authorization_code" } },
  "token.client-credentials": { client: { id: "nightly-export" }, token: { claims: {}, scopes: ["export"], audience: ["api"], grant_type: "client_credentials" } },
  "token.exchange": { client: { id: "web" }, token: { claims: {}, scopes: ["openid"], audience: ["api"], grant_type: "urn:ietf:params:oauth:grant-type:token-exchange" } },
  "message.phone": { message: { channel: "sms", recipient: "+441632960961", text: "Your code is 123456", code: "123456", purpose: "login" } },
  "message.email": { message: { channel: "email", recipient: "ada@example.com", text: "Your code is 123456", code: "123456", purpose: "verification" } },
};

export interface SavedSample {
  name: string;
  trigger: string;
  event: string;
  config: unknown;
  /** The kind of outcome that it had when it was saved: what it is expected to have. */
  expect?: string;
}

const key = (tenant: string, action: string) => `durward-samples/${tenant}/${action}`;

/** The samples that the author has put by, in this browser. */
export function savedSamples(tenant: string, action: string): SavedSample[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key(tenant, action)) ?? "[]");
    return Array.isArray(list) ? (list as SavedSample[]) : [];
  } catch {
    return [];
  }
}

export function saveSamples(tenant: string, action: string, list: SavedSample[]) {
  localStorage.setItem(key(tenant, action), JSON.stringify(list));
}
