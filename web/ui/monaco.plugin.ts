import type { Plugin } from "vite";

/** One change to a file of Monaco. A build fails where a pattern is no longer found, so that an update cannot undo a change silently. */
interface Change {
  file: RegExp;
  find: RegExp;
  replace: string;
  why: string;
}

const changes: Change[] = [
  {
    file: /base\/browser\/domStylesheets\.js$/,
    find: /const style = document\.createElement\('style'\);/,
    replace: "const style = document.createElement('style'); style.nonce = globalThis.__webpack_nonce__;",
    why: "the policy of the page lets no style element in without the nonce",
  },
  {
    file: /base\/browser\/ui\/contextview\/contextview\.js$/,
    find: /const style = document\.createElement\('style'\);/,
    replace: "const style = document.createElement('style'); style.nonce = globalThis.__webpack_nonce__;",
    why: "the policy of the page lets no style element in without the nonce",
  },
  {
    file: /internal\/common\/workers\.js$/,
    find: /^(import '[^']+';\n)+/m,
    replace: "",
    why: "it would bring every feature of the editor",
  },
  {
    file: /languages\/features\/(typescript|json)\/workerManager\.js$/,
    find: /createWorker: \(\) => new Worker\(new URL\('[^']+', import\.meta\.url\), \{ type: "module" \}\),/,
    replace: "",
    why: "the application makes the workers, and these would be built a second time",
  },
  {
    file: /languages\/features\/typescript\/languageFeatures\.js$/,
    find: /return \["\."\];/,
    replace: "return ['.', '\"', \"'\"];",
    why: "the words that a string may be are offered when it is begun",
  },
];

/** Declarations of what actions do not have: browsers, windows, hosts of scripts. */
const foreignLibs = /^lib\.(dom|webworker|scripthost|decorators\.legacy)/;

/** Makes of Monaco what this application needs of it. It is used for pages and for workers; each sees only some of the files. */
export function monaco(): Plugin {
  return {
    name: "durward-monaco",
    enforce: "pre",
    transform(code, id) {
      const path = id.split("?")[0].replaceAll("\\", "/");
      if (!path.includes("/monaco-editor/esm/")) return null;
      if (path.endsWith("/typescript/lib/lib.js")) return { code: withoutForeignLibs(code), map: null };
      let text = code;
      for (const change of changes.filter((c) => c.file.test(path))) {
        if (!change.find.test(text)) this.error(`${path}: nothing to change any more, and ${change.why}`);
        text = text.replace(change.find, change.replace);
      }
      return text === code ? null : { code: text, map: null };
    },
  };
}

/** The language's own declarations, without the foreign ones and without what leads to them. Each is an assignment, of one line or of many. */
function withoutForeignLibs(code: string): string {
  const parts = code.split(/^(?=libFileMap\["|export \{)/m);
  const kept = parts.filter((part) => {
    const name = /^libFileMap\["([^"]+)"\]/.exec(part)?.[1];
    return name === undefined || !foreignLibs.test(name);
  });
  if (parts.length - kept.length < 5) throw new Error("Monaco's list of declarations is written in another way now");
  return kept.join("").replace(/\/\/\/ <reference lib="(dom|webworker|scripthost)[^"]*" \/>/g, "");
}
