// Somebody who is invited gets an account, signs in with it, and does what the role allows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { axe, closeBrowser, newPage, newTenant, shoot, signIn, startServer } from "./harness.mjs";

let server;
let tenant;
before(async () => {
  server = await startServer();
  tenant = await newTenant(server, "acme", "Acme");
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

test("an invitation becomes an account", async () => {
  const admin = await newPage(server);
  await signIn(admin, tenant.admin, "/t/acme/settings/members");
  await admin.getByRole("textbox", { name: "Invite by e-mail address" }).fill("grace@example.com");
  await admin.getByRole("button", { name: "Invite" }).click();
  const link = await admin.locator("pre.code", { hasText: "/invitation#" }).innerText();

  const page = await newPage(server);
  await page.goto(link);
  await page.getByText("You are invited to Acme as author").waitFor();
  await shoot(page, "invitation-light");
  assert.deepEqual(await axe(page), []);
  await page.getByRole("textbox", { name: "Your name" }).fill("Grace Hopper");
  await page.getByLabel("Choose a password").fill("nanoseconds of wire");
  await page.getByRole("button", { name: "Join Acme" }).click();
  await page.waitForURL("**/t/acme/actions");
  await page.getByText("Grace Hopper").waitFor();
  assert.equal(await page.getByRole("link", { name: "New action" }).count(), 1, "an author writes actions");

  await page.getByRole("button", { name: /Grace Hopper/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await page.goto("/t/acme/flows");
  await page.waitForURL(/\/sign-in\?to=/);
  await page.getByRole("textbox", { name: "E-mail" }).fill("grace@example.com");
  await page.getByLabel("Password").first().fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").first().fill("nanoseconds of wire");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/t/acme/flows");
  await page.getByRole("heading", { name: "There are no flows yet" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "New flow" }).count(), 0, "and no flows");

  await page.goto(link);
  await page.getByText("This invitation is not valid").waitFor();
  assert.deepEqual(page.faults, []);

  await admin.reload();
  await admin.getByText("Grace Hopper").waitFor();
  await admin.getByRole("button", { name: "Remove Grace Hopper" }).click();
  await admin.getByText("Nobody has an account here yet").waitFor();
  assert.deepEqual(admin.faults, []);
});

test("a way back leads to this server only", async () => {
  const page = await newPage(server);
  await page.goto(`/sign-in?to=${encodeURIComponent("//evil.example/")}`);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  await page.getByLabel("Key").first().fill(tenant.admin);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/t/acme/actions");
  assert.equal(new URL(page.url()).origin, server.url);
});
