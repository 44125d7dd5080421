// Every screen, in light and in dark, with names that want to be more than names: no fault, no breach of the policy, nothing that axe objects to. The pictures are kept for people.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { axe, call, closeBrowser, newPage, newTenant, shoot, signIn, startServer } from "./harness.mjs";

const hostile = `<img src=x onerror="window.caught=1">`;

let server;
let tenant;

before(async () => {
  server = await startServer();
  tenant = await newTenant(server, "acme", `Acme ${hostile}`);
  await fill();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const of = (path) => `/v1/tenants/acme${path}`;
const admin = (method, path, body) => call(server, tenant.admin, method, of(path), body);

/** A tenant as it is after some weeks: actions, versions, a flow with lists, runs of each kind, a rollout. */
async function fill() {
  const source = (body) => ({
    "action.ts": `import type { LoginAfter } from "durward";\n\nexport async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {\n${body}\n}\n`,
    "lib/words.ts": "export const greeting = \"hello\";\n",
  });
  const schema = { type: "object", additionalProperties: false, properties: { message: { type: "string", title: "Message", default: "Please try again later." }, strict: { type: "boolean", title: "Strict" } } };
  await admin("POST", "/actions", { slug: "late-sign-ins", name: `Late sign-ins ${hostile}`, description: hostile, triggers: ["login.after"], config_schema: schema, files: source(`  console.log("user", input.user.email, { at: "${hostile.replaceAll('"', "'")}" });\n  if (input.user.email.startsWith("mallory")) return { kind: "block", code: "not_today", message: input.config.message ?? "" , reason: "on the list" };\n  if (input.user.email.startsWith("eve")) throw new Error(${JSON.stringify(hostile)});\n  return { kind: "continue" };`) });
  await admin("POST", "/actions/late-sign-ins/versions", { number: "1.0.0", message: `first ${hostile}` });
  await admin("PATCH", "/actions/late-sign-ins/draft", { hosts: ["api.example.com"], secrets: ["CRM_KEY"] });
  await admin("POST", "/actions/late-sign-ins/versions", { number: "1.1.0", message: "May ask the CRM" });
  await admin("POST", "/actions", { slug: "second-factor", name: "Second factor", description: "Asks for one where the risk is high.", triggers: ["login.after"], files: source(`  return (input.context.risk?.score ?? 0) > 50 ? { kind: "demand_mfa", factors: ["totp"] } : { kind: "continue" };`) });
  await admin("POST", "/actions/second-factor/versions", { number: "1.0.0" });
  await admin("PUT", "/secrets/CRM_KEY", { value: "s3cret-value-that-no-page-has", brokered: true, hosts: ["api.example.com"] });
  const late = { action: "late-sign-ins", version: "1.0.0", config: { message: hostile } };
  const second = { action: "second-factor", version: "1.0.0", when: 'input.user.email.endsWith(".com")' };
  await admin("POST", "/flows", { slug: "login", kind: "login", name: `Sign-in ${hostile}`, slots: { after: { default: [late, second] } } });
  await admin("PUT", "/flows/login", { base: 1, message: "Passkeys need no second factor", slots: { after: { default: [late, second], methods: { passkey: [late] } } } });
  for (const user of ["ada", "mallory", "eve", "grace", "ada", "alan", "mallory", "ada"]) {
    await call(server, tenant.execute, "POST", of("/flows/login/slots/after/execute"), { method: "password", user: { id: `${user}${user === "alan" ? hostile : ""}`, email: `${user}@example.com` }, context: { risk: { score: user === "grace" ? 80 : 10 } } });
  }
  await admin("POST", "/flows/login/rollout", {
    base: 2,
    message: "The newer version",
    slots: { after: { default: [{ ...late, version: "1.1.0" }, second], methods: { passkey: [late] } } },
    steps: [{ percent: 10, duration_seconds: 3600 }, { percent: 50, duration_seconds: 3600 }],
    guards: [{ metric: "error_rate", max_ratio: 2 }],
  });
  for (let i = 0; i < 12; i++) await call(server, tenant.execute, "POST", of("/flows/login/slots/after/execute"), { user: { id: `u${i}`, email: `u${i}@example.com` } });
  await admin("POST", "/invitations", { email: "grace@example.com", role: "author" });
  for (let i = 0; i < 40; i++) {
    if ((await admin("GET", "/audit/executions?limit=50")).items.length >= 20) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the runs were not recorded");
}

const code = (page) => page.locator(".studio-code .view-line").first().waitFor();

const screens = {
  actions: { path: "/actions", ready: (page) => page.getByRole("link", { name: "Second factor" }).waitFor() },
  "new-action": { path: "/actions/new", ready: (page) => page.getByRole("button", { name: "Create" }).waitFor() },
  editor: { path: "/actions/late-sign-ins", ready: code },
  "editor-schema": { path: "/actions/late-sign-ins?file=config+schema", ready: (page) => page.getByRole("textbox", { name: "Message" }).waitFor() },
  "editor-details": { path: "/actions/late-sign-ins?panel=details", ready: code },
  "editor-secrets": { path: "/actions/late-sign-ins?panel=secrets", ready: code },
  "editor-packages": { path: "/actions/late-sign-ins?panel=packages", ready: code },
  versions: { path: "/actions/late-sign-ins/versions", ready: (page) => page.locator(".chart canvas").nth(1).waitFor() },
  compare: { path: "/actions/late-sign-ins/compare?from=1.0.0&to=1.1.0", ready: (page) => page.locator(".monaco-diff-editor .view-line").first().waitFor() },
  flows: { path: "/flows", ready: (page) => page.getByRole("cell", { name: "login", exact: true }).waitFor() },
  flow: { path: "/flows/login", ready: (page) => page.getByRole("button", { name: "late-sign-ins", exact: true }).first().waitFor() },
  revisions: { path: "/flows/login/revisions", ready: (page) => page.getByText("candidate").waitFor() },
  rollout: { path: "/flows/login/rollout", ready: (page) => page.getByRole("table", { name: "Figures" }).waitFor() },
  runs: { path: "/runs", ready: (page) => page.getByRole("table", { name: "Runs" }).waitFor() },
  audit: { path: "/audit", ready: (page) => page.getByRole("table", { name: "Edits" }).waitFor() },
  members: { path: "/settings/members", ready: (page) => page.getByText("grace@example.com").waitFor() },
  keys: { path: "/settings/keys", ready: (page) => page.getByText("login system", { exact: true }).waitFor() },
  secrets: { path: "/settings/secrets", ready: (page) => page.getByText("CRM_KEY").waitFor() },
  egress: { path: "/settings/egress", ready: (page) => page.getByRole("button", { name: "Save" }).waitFor() },
  publishing: { path: "/settings/publishing", ready: (page) => page.getByRole("radio").first().waitFor() },
  limits: { path: "/settings/limits", ready: (page) => page.getByText("operator").first().waitFor() },
  account: { path: "/settings/account", ready: (page) => page.getByText("Signed in as", { exact: true }).waitFor() },
};

for (const scheme of ["light", "dark"]) {
  test(`all screens in ${scheme}`, async (t) => {
    const page = await newPage(server, { scheme });
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await shoot(page, `sign-in-${scheme}`);
    assert.deepEqual(await axe(page), []);
    await signIn(page, tenant.admin);
    const seen = [];
    page.on("response", async (answer) => {
      if (answer.url().includes("/v1/")) seen.push(await answer.text().catch(() => ""));
    });
    for (const [name, { path, ready }] of Object.entries(screens)) {
      await t.test(name, async () => {
        await page.goto(`/t/acme${path}`);
        await ready(page);
        await page.waitForTimeout(150); // what fades in has faded in: a picture, not a condition
        await shoot(page, `${name}-${scheme}`);
        assert.deepEqual(await axe(page), []);
        assert.equal(await page.evaluate(() => globalThis.caught), undefined, "a name has run");
        assert.deepEqual(page.faults.splice(0), []);
      });
    }
    await t.test("one run", async () => {
      await page.goto("/t/acme/runs?outcome=failed");
      await page.getByRole("table", { name: "Runs" }).getByRole("link").first().click();
      await page.getByText("thrown").waitFor();
      await shoot(page, `run-${scheme}`);
      assert.deepEqual(await axe(page), []);
      assert.equal(await page.evaluate(() => globalThis.caught), undefined);
      assert.deepEqual(page.faults, []);
    });
    await t.test("no secret came to the browser", () => {
      assert.ok(seen.length > 30);
      assert.equal(seen.filter((text) => text.includes("s3cret-value")).length, 0);
    });
  });
}

test("every screen can be shown as code", async () => {
  const page = await newPage(server);
  await signIn(page, tenant.admin);
  for (const name of ["actions", "editor", "versions", "compare", "flows", "flow", "revisions", "rollout", "runs", "audit", "members", "keys", "secrets", "egress", "publishing", "account"]) {
    await page.goto(`/t/acme${screens[name].path}`);
    await screens[name].ready(page);
    await page.getByRole("button", { name: "Show as code" }).first().click();
    const drawer = page.getByRole("dialog", { name: "As code" });
    await drawer.getByText("export DURWARD_URL=").waitFor();
    assert.match(await drawer.innerText(), /durward |curl /, name);
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  }
  assert.deepEqual(page.faults, []);
});
