// How fast the pages feel, on this machine, as a table: DURWARD_BINARY=bin/durward node web/ui/test/speed.mjs
import { call, closeBrowser, newPage, newTenant, signIn, startServer } from "./harness.mjs";

const server = await startServer();
const rows = [];
const row = (what, value, goal) => rows.push([what, value, goal]);
const ms = (n) => `${Math.round(n)} ms`;

/** Milliseconds until something is done. */
async function time(act) {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const tenant = await newTenant(server, "acme");
const of = (path) => `/v1/tenants/acme${path}`;
const source = `import type { LoginAfter } from "durward";\n\nexport async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {\n  return { kind: "continue" };\n}\n`;
await call(server, tenant.admin, "POST", of("/actions"), { slug: "mine", name: "Mine", triggers: ["login.after"], files: { "action.ts": source } });
await call(server, tenant.admin, "POST", of("/actions/mine/versions"), { number: "1.0.0" });
await call(server, tenant.admin, "POST", of("/flows"), { slug: "login", kind: "login", slots: { after: { default: [{ action: "mine", version: "1.0.0" }] } } });

const lists = [];
const colds = [];
const warms = [];
let page;
let bytes = 0;
for (let i = 0; i < 3; i++) {
  await page?.context().close();
  page = await newPage(server);
  await page.request.post("/v1/session", { data: { key: tenant.admin } });
  const link = page.getByRole("link", { name: "Mine" });
  lists.push(await time(async () => {
    await page.goto("/t/acme/actions", { waitUntil: "commit" });
    await link.waitFor();
  }));
  bytes = await page.evaluate(() => [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].filter((e) => !e.name.includes("/v1/") && !/editor|Workspace|ActionPage|worker/.test(e.name)).reduce((sum, e) => sum + e.encodedBodySize, 0));
  const code = page.locator(".studio-code .view-line").first();
  const open = () => time(async () => {
    await link.click();
    await code.waitFor();
  });
  colds.push(await open());
  await page.getByRole("link", { name: "Actions" }).first().click();
  warms.push(await open());
}
row("first load, compressed", `${Math.round(bytes / 1024)} KB`, "250 KB");
row("visible list, cold", ms(median(lists)), "700 ms");
row("click to visible code, cold", ms(median(colds)), "1300 ms");
row("click to visible code, warm", ms(median(warms)), "500 ms");

await page.locator(".studio-code .view-line", { hasText: "continue" }).click();
await page.keyboard.press("Home");
await page.keyboard.type("input.user");
await page.waitForTimeout(3000); // the types are there
const completions = [];
for (let i = 0; i < 5; i++) {
  completions.push(await time(async () => {
    await page.keyboard.type(".");
    await page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
  }));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Backspace");
}
row("completion", ms(median(completions)), "300 ms");
for (let i = 0; i < "input.user".length; i++) await page.keyboard.press("Backspace");
await page.locator("[data-standing=saved]").waitFor();

const trials = [];
for (let i = 0; i < 5; i++) {
  await page.reload();
  await page.locator(".studio-code .view-line").first().waitFor();
  const button = page.getByRole("button", { name: "Run", exact: true });
  trials.push(await time(async () => {
    await button.click();
    await page.getByTestId("result").waitFor();
  }));
}
row("test run to result", ms(median(trials)), "300 ms");

// Runs at a steady rate while somebody watches them, and how long the page is ever busy.
await page.goto("/t/acme/runs");
await page.getByRole("heading", { name: "Runs" }).waitFor();
await page.evaluate(() => {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration);
  }).observe({ type: "longtask" });
});
const rate = 500;
const seconds = 8;
let sent = 0;
const began = performance.now();
const waiting = new Set();
while (performance.now() - began < seconds * 1000) {
  const due = Math.floor(((performance.now() - began) / 1000) * rate);
  for (; sent < due; sent++) {
    const one = call(server, tenant.execute, "POST", of("/flows/login/slots/after/execute"), { user: { id: `u${sent}`, email: "ada@example.com" } }).catch(() => {});
    waiting.add(one);
    void one.finally(() => waiting.delete(one));
  }
  await new Promise((done) => setTimeout(done, 5));
}
await Promise.all(waiting);
const took = (performance.now() - began) / 1000;
row(`live tail at ${Math.round(sent / took)} runs/s: longest task`, ms(await page.evaluate(() => globalThis.longest)), "100 ms");

console.log("| what | measured | goal |\n|---|---|---|");
for (const r of rows) console.log(`| ${r.join(" | ")} |`);
await closeBrowser();
await server.stop();
