// The way of somebody who has never seen Durward: from an empty install to a first sign-in that was decided by code of their own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";

import { axe, closeBrowser, newPage, shoot, signIn, startServer } from "./harness.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

test("a newcomer gets from nothing to a run", async () => {
  const page = await newPage(server, { width: 1280, height: 800 });
  await signIn(page, server.operator);

  await page.getByLabel("The first tenant's id").fill("acme");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "There are no actions yet" }).waitFor();
  await shoot(page, "newcomer-1-empty");

  await page.getByRole("link", { name: "Use Domain allowlist" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Staff only");
  assert.equal(await page.getByRole("textbox", { name: "Slug" }).inputValue(), "staff-only");
  await page.getByRole("button", { name: "Create" }).click();

  await page.locator(".studio-code .view-line").first().waitFor();
  const code = page.locator(".studio-code .monaco-editor");
  // Into the function that decides: a line that the types help to write.
  await code.locator(".view-line", { hasText: "durward.domain" }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("console.log(user.ema");
  await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "email" }).first().waitFor();
  await shoot(page, "newcomer-2-completion");
  await page.keyboard.press("Enter");
  await page.keyboard.type(");");
  await page.locator("[data-standing=saved]").waitFor();

  // A config that the schema takes, in the form that is made of it.
  await page.getByRole("combobox", { name: "Allowed domains" }).fill("example.org");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const result = page.getByTestId("result");
  await result.getByText("block", { exact: true }).waitFor(); // another domain is listed
  await result.getByText("ada@example.com").waitFor(); // what the new line wrote
  await shoot(page, "newcomer-3-test");

  await page.getByRole("button", { name: "Publish" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "What is new" }).fill("Our own list");
  await dialog.getByRole("button", { name: "Publish" }).click();
  await dialog.getByText("Staff only 1.0.0 is published").waitFor();
  await shoot(page, "newcomer-4-published");
  await dialog.getByRole("link", { name: "Attach it to a flow" }).click();

  await page.getByRole("button", { name: "New flow" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  const drawer = page.getByRole("dialog", { name: "Attach to a slot" });
  await drawer.getByRole("combobox", { name: "Allowed domains" }).fill("example.com");
  await page.keyboard.press("Enter");
  await shoot(page, "newcomer-5-attach");
  await drawer.getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByRole("button", { name: "Save or roll out…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save for everybody" }).click();
  await page.getByText("revision 2").first().waitFor();

  await page.getByRole("button", { name: "Make a key for it" }).click();
  await page.getByText("The key is in the command").waitFor();
  await shoot(page, "newcomer-6-call");
  const command = await page.locator("pre.code", { hasText: "/execute" }).innerText();
  await page.getByRole("link", { name: "See the runs arrive" }).click();
  await page.getByRole("heading", { name: "Nothing has run yet" }).or(page.getByRole("heading", { name: "No run matches" })).waitFor();
  const answer = JSON.parse(execFileSync("bash", ["-c", command], { encoding: "utf8" }));
  assert.equal(answer.kind, "continue");

  // Nobody reloads the page.
  const row = page.getByRole("table", { name: "Runs" }).locator("tbody tr");
  await row.first().waitFor();
  assert.match(await row.first().innerText(), /continue[\s\S]*login · after[\s\S]*staff-only/);
  await shoot(page, "newcomer-7-run");
  await row.getByRole("link").first().click();
  await page.getByRole("log").getByText("ada@example.com").waitFor();
  await shoot(page, "newcomer-8-path");
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(page.faults, []);
});
