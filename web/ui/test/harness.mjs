// What the tests have in common: a real server on a fresh database, and Debian's browser to drive its pages with.
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("../shots/", import.meta.url).pathname;

const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A server of its own for a test, with an operator's key and nothing else. */
export async function startServer() {
  const data = mkdtempSync(join(tmpdir(), "durward-ui-"));
  const binary = process.env.DURWARD_BINARY;
  const operator = execFileSync(binary, ["keygen"], { encoding: "utf8" }).trim();
  const seal = execFileSync(binary, ["keygen", "seal"], { encoding: "utf8" }).trim();
  const server = { data, operator, url: "", stop: undefined, restart: undefined };
  let child;
  const start = async (listen) => {
    child = spawn(binary, ["serve", "--data", join(data, "store"), "--listen", listen, "--sandbox", "best-effort", "--log-format", "json"], {
      env: { ...process.env, DURWARD_OPERATOR_KEY: operator, DURWARD_SEAL_KEY: seal },
      stdio: ["ignore", "ignore", "pipe"],
    });
    server.url = await ready(child);
  };
  server.stop = async () => {
    await ended(child);
    rmSync(data, { recursive: true, force: true });
  };
  server.restart = async () => {
    await ended(child);
    await start(new URL(server.url).host);
  };
  await start("127.0.0.1:0");
  return server;
}

function ready(child) {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text) => {
      log += text;
      const line = log.split("\n").find((l) => l.includes('"msg":"ready"'));
      if (line) resolve(JSON.parse(line).url);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
}

function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });
}

/** Asks the API with a key, and fails where it says no. */
export async function call(server, key, method, path, body) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** A tenant with an admin's key and one to call flows with. */
export async function newTenant(server, id, name = id) {
  await call(server, server.operator, "POST", "/v1/tenants", { id, name });
  const admin = await call(server, server.operator, "POST", `/v1/tenants/${id}/keys`, { name: "admin", role: "admin" });
  const execute = await call(server, server.operator, "POST", `/v1/tenants/${id}/keys`, { name: "login system", role: "execute" });
  return { id, admin: admin.secret, execute: execute.secret };
}

let shared;

/** One browser for a whole file of tests. */
export async function launch() {
  shared ??= await chromium.launch({ executablePath: browserPath, args: flags });
  return shared;
}

export async function closeBrowser() {
  // What is on the screens when a file of tests ends: of one that failed, the reason mostly.
  for (const context of shared?.contexts() ?? []) {
    for (const [i, page] of context.pages().entries()) await shoot(page, `last-${process.argv[1].split("/").at(-1).split(".")[0]}-${i}`).catch(() => {});
  }
  await shared?.close();
  shared = undefined;
}

/** A page that remembers what no page may do: write errors to the console, break the policy, or throw. */
export async function newPage(server, { scheme = "light", width = 1280, height = 800 } = {}) {
  const browser = await launch();
  const context = await browser.newContext({ baseURL: server.url, viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.faults = [];
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
  });
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // The browser's own line for each answer that is not a success; the pages show what it means, and tests look at that.
    if (/^Failed to load resource/.test(message.text())) return;
    page.faults.push(message.text());
  });
  page.on("pageerror", (error) => page.faults.push(String(error.stack ?? error)));
  page.setDefaultTimeout(15_000);
  return page;
}

/** Signs a page in with a key, as a person would. */
export async function signIn(page, key, path = "/") {
  await page.goto(`/sign-in?to=${encodeURIComponent(path)}`);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
  await page.getByLabel("Key", { exact: false }).first().fill(key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Rules that do not hold for what others have made, with the reason. */
const allowed = {
  // Monaco's lines and the spans in them are drawn for the eye; what is read aloud is its text area, which has a label.
  "scrollable-region-focusable": [".monaco-scrollable-element", ".monaco-editor"],
  "aria-allowed-role": [".monaco-editor"],
};

/** What axe says of a page, without what is allowed. */
export async function axe(page) {
  await page.evaluate(axeSource + ";0"); // the protocol's evaluation is not under the page's policy
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap((v) =>
    v.nodes
      .filter((n) => !(allowed[v.id] ?? []).some((part) => n.target.join(" ").includes(part)))
      .map((n) => `${v.id}: ${n.target.join(" ")} (${v.help}) ${n.any.map((a) => a.message).join("; ")}`),
  );
}

/** Keeps a picture, for people to look at. */
export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), animations: "disabled" });
}

export const chromiumIsThere = () => existsSync(browserPath);
