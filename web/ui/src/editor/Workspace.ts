import type { Schemas } from "../api/client";
import { typeName } from "../actions/starter";
import { getTypeScriptWorker, javascriptDefaults, monaco, typescriptDefaults } from "./monaco";

type Diagnostic = Schemas["Diagnostic"];

/** Where the editor thinks the files of the action are, and what checks its handler. */
const root = "file:///";
const checkPath = "durward-handler.ts";

const uriOf = (path: string) => monaco.Uri.parse(root + path.split("/").map(encodeURIComponent).join("/"));

export function languageOf(path: string): string {
  if (/\.[cm]?tsx?$/.test(path)) return "typescript";
  if (/\.[cm]?jsx?$/.test(path)) return "javascript";
  return path.endsWith(".json") ? "json" : "plaintext";
}

/** The files of one action as the editor has them, with the types around them. There is one at a time: files of two actions would see each other. */
export class Workspace {
  readonly #models = new Map<string, monaco.editor.ITextModel>();
  readonly #onEdit: (path: string, text: string) => void;
  #applying = false;
  #entry = "";
  #triggers: string[] = [];
  #check?: monaco.editor.ITextModel;
  #timer = 0;

  constructor(onEdit: (path: string, text: string) => void) {
    this.#onEdit = onEdit;
  }

  model(path: string): monaco.editor.ITextModel | undefined {
    return this.#models.get(path);
  }

  /** Makes the models what the files are. What the author types comes back the other way, and changes nothing here. */
  sync(files: Record<string, string>) {
    this.#applying = true;
    for (const [path, model] of this.#models) {
      if (path in files) continue;
      model.dispose();
      this.#models.delete(path);
    }
    for (const [path, text] of Object.entries(files)) {
      const model = this.#models.get(path);
      if (!model) this.#add(path, text);
      else if (model.getValue() !== text) model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
    }
    this.#applying = false;
  }

  #add(path: string, text: string) {
    const model = monaco.editor.createModel(text, languageOf(path), uriOf(path));
    model.onDidChangeContent(() => {
      monaco.editor.setModelMarkers(model, "server", []);
      if (!this.#applying) this.#onEdit(path, model.getValue());
      this.#checkSoon();
    });
    this.#models.set(path, model);
  }

  /** Tells the declarations that the files are written against: the action's own, and those of its packages. */
  declare(files: Record<string, string>) {
    const libs = Object.entries(files).map(([path, content]) => ({ filePath: root + path, content }));
    typescriptDefaults.setExtraLibs(libs);
    javascriptDefaults.setExtraLibs(libs);
    this.#checkSoon();
  }

  /** Says which file has the handler, and what it has to work at. */
  handle(entry: string, triggers: string[]) {
    if (entry === this.#entry && triggers.join() === this.#triggers.join()) return;
    this.#entry = entry;
    this.#triggers = triggers;
    this.#checkSoon();
  }

  #checkSoon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#checkHandler(), 600);
  }

  /** Checks that execute takes and gives what its triggers say. TypeScript says nothing of a function that nobody calls, so a file that nobody sees assigns it. */
  async #checkHandler() {
    const model = this.#models.get(this.#entry);
    if (!model || languageOf(this.#entry) !== "typescript" || this.#triggers.length === 0) return;
    const place = /export\s+(?:async\s+)?(?:function\s+|const\s+)(execute)\b/d.exec(model.getValue());
    if (!place?.indices) return monaco.editor.setModelMarkers(model, "handler", []);
    const names = this.#triggers.map(typeName);
    const text = [
      `import type { ${names.join(", ")} } from "durward";`,
      `import { execute } from "./${this.#entry}";`,
      ...names.map((name, i) => `const _${i}: (input: ${name}.Input<any, any>, api: any) => ${name}.Outcome | void | Promise<${name}.Outcome | void> = execute;`),
      "export {};",
    ].join("\n");
    if (!this.#check) this.#check = monaco.editor.createModel(text, "typescript", uriOf(checkPath));
    else if (this.#check.getValue() !== text) this.#check.setValue(text);
    const problems = await semanticProblems(this.#check.uri);
    if (model.isDisposed()) return;
    const [from, to] = place.indices[1];
    const start = model.getPositionAt(from);
    const end = model.getPositionAt(to);
    monaco.editor.setModelMarkers(
      model,
      "handler",
      problems
        .filter((p) => (p.line ?? 0) >= 2)
        .map((p) => ({
          severity: monaco.MarkerSeverity.Error,
          message: `At ${this.#triggers[(p.line ?? 2) - 2] ?? "its trigger"}: ${p.text}`,
          startLineNumber: start.lineNumber,
          startColumn: start.column,
          endLineNumber: end.lineNumber,
          endColumn: end.column,
        })),
    );
  }

  /** Shows what the server found, where it found it. It is gone when the file is changed. */
  show(diagnostics: Diagnostic[]) {
    for (const [path, model] of this.#models) {
      const markers = diagnostics.filter((d) => d.file === path && d.line).map((d) => markerOf(model, d));
      monaco.editor.setModelMarkers(model, "server", markers);
    }
  }

  dispose() {
    clearTimeout(this.#timer);
    this.#check?.dispose();
    for (const model of this.#models.values()) model.dispose();
    this.#models.clear();
  }
}

function markerOf(model: monaco.editor.ITextModel, d: Diagnostic): monaco.editor.IMarkerData {
  const line = Math.min(d.line ?? 1, model.getLineCount());
  const column = Math.max(d.column ?? 1, 1);
  return {
    severity: d.severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    message: d.hint ? `${d.text}\n${d.hint}` : d.text,
    source: "Durward",
    startLineNumber: line,
    startColumn: column,
    endLineNumber: line,
    endColumn: d.length ? column + d.length : model.getLineMaxColumn(line),
  };
}

interface Found {
  line?: number;
  text: string;
}

interface TypeScript {
  getSemanticDiagnostics(file: string): Promise<{ start?: number; messageText: string | { messageText: string } }[]>;
}

async function semanticProblems(uri: monaco.Uri): Promise<Found[]> {
  const worker = (await (await getTypeScriptWorker())(uri)) as unknown as TypeScript;
  const model = monaco.editor.getModel(uri);
  const list = await worker.getSemanticDiagnostics(uri.toString());
  return list.map((d) => ({
    line: model && d.start !== undefined ? model.getPositionAt(d.start).lineNumber - 1 : undefined,
    text: typeof d.messageText === "string" ? d.messageText : d.messageText.messageText,
  }));
}
