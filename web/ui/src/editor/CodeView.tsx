import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";

import { common, monaco, overrides } from "./monaco";

interface Props {
  model?: monaco.editor.ITextModel;
  label: string;
  readOnly?: boolean;
  /** Where to put the cursor; a new object moves it again. */
  place?: { line: number; column: number };
  onSave?: () => void;
  onRun?: () => void;
  height?: string | number;
  plain?: boolean;
}

/** A code editor on one model. The model's owner disposes of it. */
export function CodeView({ model, label, readOnly, place, onSave, onRun, height = "100%", plain }: Props) {
  const scheme = useComputedColorScheme("light");
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null);
  const commands = useRef({ onSave, onRun });
  commands.current = { onSave, onRun };
  const states = useRef(new WeakMap<monaco.editor.ITextModel, monaco.editor.ICodeEditorViewState>());

  useEffect(() => {
    const options = plain ? { ...common, lineNumbers: "off" as const, folding: false, glyphMargin: false, lineDecorationsWidth: 8, wordWrap: "on" as const } : common;
    const made = monaco.editor.create(host.current!, { ...options, model: null, ariaLabel: label }, overrides as never);
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => commands.current.onSave?.());
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => commands.current.onRun?.());
    editor.current = made;
    return () => {
      editor.current = null;
      made.dispose();
    };
  }, [label, plain]);

  useEffect(() => monaco.editor.setTheme(scheme === "dark" ? "durward-dark" : "durward-light"), [scheme]);

  useEffect(() => {
    const e = editor.current!;
    const before = e.getModel();
    if (before === (model ?? null)) return;
    const state = e.saveViewState();
    if (before && state) states.current.set(before, state);
    e.setModel(model ?? null);
    const known = model && states.current.get(model);
    if (known) e.restoreViewState(known);
  }, [model, label, plain]);

  useEffect(() => editor.current?.updateOptions({ readOnly, ariaLabel: label }), [readOnly, label]);

  useEffect(() => {
    if (!place || !editor.current?.getModel()) return;
    editor.current.setPosition({ lineNumber: place.line, column: place.column });
    editor.current.revealPositionInCenter({ lineNumber: place.line, column: place.column });
    editor.current.focus();
  }, [place, model]);

  return <div ref={host} style={{ height, minHeight: 0 }} />;
}
