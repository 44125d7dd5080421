// What is written is never lost, and never saved over what somebody else has saved; and who may not do a thing cannot.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, closeBrowser, newPage, newTenant, signIn, startServer } from "./harness.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const starter = `import type { LoginAfter } from "durward";\n\nexport async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {\n  return { kind: "continue" };\n}\n`;

async function open(id, role = "admin") {
  const tenant = await newTenant(server, id);
  await call(server, tenant.admin, "POST", `/v1/tenants/${id}/actions`, { slug: "mine", name: `Mine of ${id}`, triggers: ["login.after"], files: { "action.ts": starter } });
  const key = role === "admin" ? tenant.admin : (await call(server, tenant.admin, "POST", `/v1/tenants/${id}/keys`, { name: role, role })).secret;
  const page = await newPage(server);
  await signIn(page, key, `/t/${id}/actions/mine`);
  await page.locator(".studio-code .view-line").first().waitFor();
  return { tenant, page };
}

const draftOf = (tenant) => call(server, tenant.admin, "GET", `/v1/tenants/${tenant.id}/actions/mine/draft`);
const standing = (page, kind) => page.locator(`[data-standing=${kind}]`).waitFor();

async function write(page, text) {
  await page.locator(".studio-code .view-line", { hasText: "continue" }).click();
  await page.keyboard.press("Home");
  await page.keyboard.type(text);
  await page.keyboard.press("Escape");
}

test("a draft saves itself, and survives a reload before it is saved", async () => {
  const { tenant, page } = await open("saving");
  await write(page, "/* one */ ");
  await standing(page, "saved");
  assert.match((await draftOf(tenant)).files["action.ts"], /\/\* one \*\//);

  await page.route("**/draft", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
  await write(page, "/* two */ ");
  await standing(page, "unsaved");
  await page.unroute("**/draft");
  await page.reload();
  await page.locator(".studio-code .view-line", { hasText: "two" }).waitFor();
  await standing(page, "saved");
  assert.match((await draftOf(tenant)).files["action.ts"], /\/\* two \*\//);
});

test("a draft survives a restart of the server", async () => {
  const { tenant, page } = await open("restart");
  await write(page, "/* kept */ ");
  await standing(page, "saved");
  await server.restart();
  await page.reload();
  await page.locator(".studio-code .view-line", { hasText: "kept" }).waitFor();
  assert.match((await draftOf(tenant)).files["action.ts"], /\/\* kept \*\//);
});

for (const [choice, button, expected] of [
  ["mine", "Keep mine", /\/\* mine \*\//],
  ["theirs", "Take theirs", /\/\* theirs \*\//],
]) {
  test(`of two authors ${choice} is kept, and nobody's before there is a choice`, async () => {
    const { tenant, page } = await open(`two-${choice}`);
    const theirs = starter.replace("return", "/* theirs */ return");
    await call(server, tenant.admin, "PATCH", `/v1/tenants/${tenant.id}/actions/mine/draft`, { revision: 1, files: { "action.ts": theirs } });
    await write(page, "/* mine */ ");
    await page.getByTestId("conflict").waitFor();
    await page.keyboard.press("Control+s");
    assert.equal((await draftOf(tenant)).files["action.ts"], theirs, "nothing is saved over it");
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.locator(".monaco-diff-editor").waitFor();
    await page.getByRole("button", { name: button }).click();
    await standing(page, "saved");
    await page.locator(".studio-code > div .view-line", { hasText: choice }).first().waitFor();
    assert.match((await draftOf(tenant)).files["action.ts"], expected);
    assert.deepEqual(page.faults, []);
  });
}

test("the types are checked as one writes, and the handler against its trigger", async () => {
  const { page } = await open("types");
  await write(page, "const n: number = input.user.email; ");
  await page.locator(".studio-code .squiggly-error").first().waitFor();
  await page.locator(".studio-code .view-line", { hasText: "execute" }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(`export function execute(input: { user: { shoe_size: number } }) { return { kind: "perhaps" }; }\n`);
  await page.locator(".studio-code .squiggly-error").first().waitFor();
});

test("a publication that cannot be built says where", async () => {
  const { page } = await open("broken");
  await write(page, "} ");
  await standing(page, "saved");
  await page.getByRole("button", { name: "Publish" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Publish" }).click();
  await dialog.getByRole("button", { name: /^action\.ts:\d+:\d+$/ }).first().click();
  await dialog.waitFor({ state: "detached" });
  await page.locator(".studio-code .squiggly-error").first().waitFor();
});

test("a viewer is shown no way to change things, and the server knows of none", async () => {
  const { tenant, page } = await open("viewing", "viewer");
  await page.getByText("read only").waitFor();
  assert.equal(await page.getByRole("button", { name: "Publish" }).count(), 0);
  const base = `/v1/tenants/${tenant.id}`;
  const refused = await page.evaluate(
    async (calls) =>
      Promise.all(calls.map(async ([method, path, body]) => [method, path, (await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) })).status])),
    [
      ["PATCH", `${base}/actions/mine/draft`, { triggers: [] }],
      ["PATCH", `${base}/actions/mine`, { name: "x" }],
      ["POST", `${base}/actions`, { slug: "x", triggers: [], files: {} }],
      ["POST", `${base}/actions/mine/draft/run`, {}],
      ["POST", `${base}/actions/mine/versions`, { number: "1.0.0" }],
      ["POST", `${base}/actions/mine/versions/1.0.0/recall`, {}],
      ["POST", `${base}/flows`, { slug: "login", kind: "login" }],
      ["PUT", `${base}/flows/login`, { base: 1, slots: {} }],
      ["POST", `${base}/flows/login/rollout`, { base: 1, steps: [] }],
      ["POST", `${base}/flows/login/rollout/promote`, {}],
      ["POST", `${base}/flows/login/rollout/pause`, {}],
      ["POST", `${base}/flows/login/rollout/resume`],
      ["POST", `${base}/flows/login/rollout/abort`, {}],
      ["POST", `${base}/flows/login/rollback`, {}],
      ["GET", `${base}/keys`],
      ["POST", `${base}/keys`, { name: "x", role: "admin" }],
      ["GET", `${base}/egress`],
      ["PUT", `${base}/egress`, {}],
      ["PUT", `${base}/publishing`, {}],
      ["GET", `${base}/limits`],
      ["PUT", `${base}/limits`, {}],
      ["PUT", `${base}/secrets/X`, { value: "x" }],
      ["DELETE", `${base}/secrets/X`],
      ["GET", `${base}/members`],
      ["POST", `${base}/invitations`, { email: "x@example.com", role: "admin" }],
    ],
  );
  assert.deepEqual(refused.filter(([, , status]) => status !== 403), []);
});

test("another tenant leaves no trace of the one before, and links keep the tenant", async () => {
  const first = await newTenant(server, "first-of-two", "First of two");
  await newTenant(server, "other-of-two", "Other of two");
  await call(server, first.admin, "POST", "/v1/tenants/first-of-two/actions", { slug: "only-here", name: "Only here", triggers: ["login.after"], files: { "action.ts": starter } });
  const page = await newPage(server);
  await signIn(page, server.operator, "/t/first-of-two/actions");
  await page.getByText("Only here").waitFor();
  await page.getByRole("button", { name: /Switch\.$/ }).click();
  await page.getByRole("menuitem", { name: /Other of two/ }).click();
  await page.waitForURL("**/t/other-of-two/actions");
  await page.getByRole("heading", { name: "There are no actions yet" }).waitFor();
  assert.equal(await page.getByText("Only here").count(), 0);
  await page.goto("/t/first-of-two/actions?find=only");
  await page.getByText("Only here").waitFor();
  assert.equal(new URL(page.url()).pathname, "/t/first-of-two/actions");
});

test("an action that a flow has is not deleted, and the page says where it is", async () => {
  const { tenant, page } = await open("deleting");
  const base = `/v1/tenants/${tenant.id}`;
  await call(server, tenant.admin, "POST", `${base}/actions/mine/versions`, { number: "1.0.0" });
  await call(server, tenant.admin, "POST", `${base}/flows`, { slug: "login", kind: "login", slots: { after: { default: [{ action: "mine", version: "1.0.0" }] } } });
  const remove = async () => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  };
  await remove();
  await page.getByRole("dialog").getByRole("alert").getByText(/login/).waitFor();
  await page.keyboard.press("Escape");
  await call(server, tenant.admin, "POST", `${base}/actions`, { slug: "unused", name: "Unused", triggers: ["login.after"], files: { "action.ts": starter } });
  await page.goto(`/t/${tenant.id}/actions/unused`);
  await remove();
  await page.waitForURL(`**/t/${tenant.id}/actions`);
  await page.getByText("Mine of deleting").waitFor();
  assert.equal(await page.getByRole("link", { name: "Unused" }).count(), 0);
});
