// The code editor with the parts that authors of actions need. Importing the package's index would bring eighty languages and every feature.
import "../nonce";
import "monaco-editor/features/codeEditor/register";
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/editor/contrib/caretOperations/browser/caretOperations";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/codeAction/register";
import "monaco-editor/features/codicon/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/contextmenu/register";
import "monaco-editor/features/cursorUndo/register";
import "monaco-editor/features/documentSymbols/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/format/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/editor/contrib/gotoError/browser/markerSelectionStatus";
import "monaco-editor/features/gotoLine/register";
import "monaco-editor/editor/contrib/gotoSymbol/browser/goToCommands";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/links/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/parameterHints/register";
import "monaco-editor/features/quickCommand/register";
import "monaco-editor/features/quickOutline/register";
import "monaco-editor/features/readOnlyMessage/register";
import "monaco-editor/features/rename/register";
import "monaco-editor/features/smartSelect/register";
import "monaco-editor/features/snippet/register";
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/features/tokenization/register";
import "monaco-editor/features/toggleTabFocusMode/register";
import "monaco-editor/features/unicodeHighlighter/register";
import "monaco-editor/features/wordHighlighter/register";
import "monaco-editor/features/wordOperations/register";
import "monaco-editor/features/wordPartOperations/register";
import "monaco-editor/features/diffEditor/register";
import "monaco-editor/languages/definitions/typescript/register";
import "monaco-editor/languages/definitions/javascript/register";

import * as monaco from "monaco-editor/editor";
import { language as typescriptTokens } from "monaco-editor/languages/definitions/typescript/typescript";
import { getTypeScriptWorker, javascriptDefaults, typescriptDefaults } from "monaco-editor/languages/features/typescript/register";
import { InMemoryStorageService } from "monaco-editor/platform/storage/common/storage";

import BasicWorker from "./basic.worker?worker";
import TypeScriptWorker from "./ts.worker?worker";

globalThis.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => (label === "typescript" || label === "javascript" ? new TypeScriptWorker() : new BasicWorker()),
};

// As the server checks types at publish: bundler/types has the same in Go. 100 is "bundler", and 3 is "force"; the editor's own enums are older than both.
const options = {
  strict: true,
  noEmit: true,
  target: 9,
  lib: ["lib.es2022.d.ts"],
  types: [],
  module: 99,
  moduleResolution: 100,
  moduleDetection: 3,
  allowJs: true,
  checkJs: false,
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  esModuleInterop: true,
  skipLibCheck: true,
  allowNonTsExtensions: true,
};
for (const defaults of [typescriptDefaults, javascriptDefaults]) {
  defaults.setCompilerOptions(options as never);
  defaults.setEagerModelSync(true);
}

monaco.languages.register({ id: "json", extensions: [".json"] });
monaco.languages.setLanguageConfiguration("json", {
  brackets: [
    ["{", "}"],
    ["[", "]"],
  ],
  autoClosingPairs: [
    { open: "{", close: "}" },
    { open: "[", close: "]" },
    { open: '"', close: '"' },
  ],
});
monaco.languages.setMonarchTokensProvider("json", {
  tokenizer: {
    root: [
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, "type"],
      [/"(?:[^"\\]|\\.)*"/, "string"],
      [/-?\d+(\.\d+)?([eE][-+]?\d+)?/, "number"],
      [/\b(true|false|null)\b/, "keyword"],
      [/[{}[\],:]/, "delimiter"],
    ],
  },
});

// TypeScript that is only looked at: a file of a version, without what it imports, would be full of errors.
monaco.languages.register({ id: "typescript-view" });
monaco.languages.setMonarchTokensProvider("typescript-view", typescriptTokens);

monaco.editor.defineTheme("durward-light", {
  base: "vs",
  inherit: true,
  rules: [
    { token: "comment", foreground: "5f6b63" },
    { token: "keyword", foreground: "7a3e9d" },
    { token: "string", foreground: "1b6f5f" },
    { token: "number", foreground: "9a4a00" },
    { token: "type", foreground: "1d4f91" },
  ],
  colors: { "editor.background": "#ffffff", "editorLineNumber.foreground": "#6b757e", "editorLineNumber.activeForeground": "#1d2227", "editor.lineHighlightBorder": "#00000000", "editor.lineHighlightBackground": "#f6f7f8" },
});
monaco.editor.defineTheme("durward-dark", {
  base: "vs-dark",
  inherit: true,
  rules: [
    { token: "comment", foreground: "8f9a92" },
    { token: "keyword", foreground: "cfa4ea" },
    { token: "string", foreground: "83cdb9" },
    { token: "number", foreground: "f0b27a" },
    { token: "type", foreground: "9dc1f2" },
  ],
  colors: { "editor.background": "#15181b", "editorLineNumber.foreground": "#848d96", "editorLineNumber.activeForeground": "#dde1e5", "editor.lineHighlightBorder": "#00000000", "editor.lineHighlightBackground": "#1b1f23", "editorWidget.background": "#1d2125", "diffEditor.insertedTextBackground": "#2b867230", "diffEditor.insertedLineBackground": "#2b867220", "diffEditor.removedTextBackground": "#a3241d38", "diffEditor.removedLineBackground": "#a3241d22" },
});

// The first editor that is made decides for all: what is said of a completion is shown beside it from the start.
const storageService = new InMemoryStorageService();
storageService.store("expandSuggestionDocs", true, 0, 0);
export const overrides = { storageService };

/** What all editors here have in common. */
export const common: monaco.editor.IEditorOptions & monaco.editor.IGlobalEditorOptions = {
  automaticLayout: true,
  fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSize: 13,
  lineHeight: 20,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  renderLineHighlight: "line",
  overviewRulerLanes: 2,
  padding: { top: 10, bottom: 10 },
  tabSize: 2,
  fixedOverflowWidgets: true,
  renderFinalNewline: "on",
  showUnused: false,
  stickyScroll: { enabled: false },
  smoothScrolling: false,
  quickSuggestions: { other: true, comments: false, strings: true },
  unicodeHighlight: { nonBasicASCII: false, ambiguousCharacters: true, invisibleCharacters: true },
  accessibilitySupport: "auto",
};

export { getTypeScriptWorker, monaco, javascriptDefaults, typescriptDefaults };
