// Makes the scripts that are embedded, of src and the packages that package-lock.json names: one script for each module, in which the other modules are still imported, so that there is one of each in
// a bundle. With --check nothing is written, and what differs from the committed files is an error.
import * as esbuild from "esbuild";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(here);
const builtin = new Set(builtinModules);

// modules leaves imports of modules of Node.js as they are. A slash behind a name means the package.
const modules = {
  name: "modules",
  setup(build) {
    build.onResolve({ filter: /^(node:|[a-z])/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      if (path === "process/") return { path: "node:process", external: true };
      if (path === "string_decoder/" && build.initialOptions.entryPoints[0] !== "src/string_decoder.js") return { path: "node:string_decoder", external: true };
      if (path === "abort-controller") return { path, namespace: "global" }; // a global here
      if (path === "qs") return { path, namespace: "query" }; // all that url needs of it
      const name = path.replace(/^node:/, "");
      return path.startsWith("node:") || builtin.has(name) ? { path: "node:" + name, external: true } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "global" }, () => ({ contents: "module.exports = { get AbortController() { return AbortController } }" }));
    build.onLoad({ filter: /.*/, namespace: "query" }, () => ({ contents: 'const { parse, stringify } = require("node:querystring"); module.exports = { parse: (text) => parse(text), stringify: (query) => stringify(query) }' }));
  },
};

const common = { bundle: true, write: false, metafile: true, charset: "ascii", target: "es2022", legalComments: "none", platform: "neutral", mainFields: ["browser", "main"], plugins: [modules] };
const used = new Set();

async function make(entry, options) {
  const { outputFiles, metafile } = await esbuild.build({ ...common, ...options, entryPoints: [entry] });
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) used.add(match[1]);
  }
  return outputFiles[0].text;
}

function licences() {
  const parts = ["The scripts in this folder contain code of these packages, under these licences."];
  for (const name of [...used].sort()) {
    const folder = join("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    const text = file ? readFileSync(join(folder, file), "utf8").trim().replace(/[ \t\r]+$/gm, "") : "(The package has no licence file.)";
    parts.push(`${"=".repeat(80)}\n${name} ${version} (${license})\n\n${text}`);
  }
  return parts.join("\n\n") + "\n";
}

const files = new Map();
for (const name of readdirSync("src").sort()) {
  if (name !== "buffer-global.js") files.set(join("dist", name), await make("src/" + name, { format: "cjs" }));
}
// The class Buffer is a global, and so the runtime's, which compiles it once for all executions.
const global = await make("src/buffer-global.js", { format: "cjs" });
files.set("../../runtime/vm/buffer.js", `// Made by bundler/node/build.mjs. See LICENCES.txt there.\n(function () {\nconst module = { exports: {} };\n${global.trimEnd()}\nreturn module.exports;\n})();\n`);
files.set("LICENCES.txt", licences());

const check = process.argv.includes("--check");
const stale = [...files].filter(([name, text]) => !existsSync(name) || readFileSync(name, "utf8") !== text).map(([name]) => name);
if (existsSync("dist")) stale.push(...readdirSync("dist").map((name) => join("dist", name)).filter((name) => !files.has(name)));
if (check && stale.length > 0) {
  console.error(`not as the sources make them: ${stale.join(" ")}; run: npm run build`);
  process.exit(1);
}
if (!check) {
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("dist");
  for (const [name, text] of files) writeFileSync(name, text);
}
