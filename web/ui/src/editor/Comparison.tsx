import { SegmentedControl, useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { common, monaco, overrides } from "./monaco";
import { languageOf } from "./Workspace";

interface Props {
  before: Record<string, string>;
  after: Record<string, string>;
  beforeLabel: string;
  afterLabel: string;
  height: number | string;
}

/** Two sets of files, side by side, one file at a time. Files that are the same are not offered. */
export default function Comparison({ before, after, beforeLabel, afterLabel, height }: Props) {
  const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]).sort();
  const [chosen, setChosen] = useState<string>();
  const path = chosen !== undefined && differing.includes(chosen) ? chosen : differing[0];
  if (path === undefined) return <p className="muted">All files are the same.</p>;
  return (
    <div className="stack tight" style={{ marginTop: 10 }}>
      {differing.length > 1 && <SegmentedControl size="xs" data={differing} value={path} onChange={setChosen} style={{ alignSelf: "flex-start" }} />}
      <div className="row small muted">
        <span className="grow">
          {beforeLabel}: <span className="mono">{path}</span>
          {!(path in before) && " (not there)"}
        </span>
        <span className="grow">
          {afterLabel}
          {!(path in after) && " (not there)"}
        </span>
      </div>
      <Diff path={path} before={before[path] ?? ""} after={after[path] ?? ""} beforeLabel={beforeLabel} afterLabel={afterLabel} height={height} />
    </div>
  );
}

interface DiffProps {
  path: string;
  before: string;
  after: string;
  beforeLabel: string;
  afterLabel: string;
  height: number | string;
}

function Diff({ path, before, after, beforeLabel, afterLabel, height }: DiffProps) {
  const scheme = useComputedColorScheme("light");
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => monaco.editor.setTheme(scheme === "dark" ? "durward-dark" : "durward-light"), [scheme]);
  useEffect(() => {
    // A language without checks: the files stand alone here, without what they import.
    const language = languageOf(path) === "json" ? "json" : "typescript-view";
    const original = monaco.editor.createModel(before, language);
    const modified = monaco.editor.createModel(after, language);
    const editor = monaco.editor.createDiffEditor(host.current!, { ...common, readOnly: true, originalEditable: false, renderSideBySide: true, useInlineViewWhenSpaceIsLimited: true, renderOverviewRuler: false, hideUnchangedRegions: { enabled: true } }, overrides as never);
    editor.setModel({ original, modified });
    editor.getOriginalEditor().updateOptions({ ariaLabel: `${beforeLabel}: ${path}` });
    editor.getModifiedEditor().updateOptions({ ariaLabel: `${afterLabel}: ${path}` });
    return () => {
      editor.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [path, before, after, beforeLabel, afterLabel]);
  return <div ref={host} style={{ height, border: "1px solid var(--line)", borderRadius: 6, overflow: "hidden" }} />;
}
