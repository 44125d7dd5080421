import { ActionIcon, Button, Menu, Modal, TextInput, Tooltip } from "@mantine/core";
import { useState, type FormEvent } from "react";

import { IconDots, IconPlus } from "../icons";
import { Notice } from "../parts/Notice";
import type { Source } from "./DraftKeeper";

/** The config schema is edited like a file, and is none. */
export const schemaFile = "config schema";

interface Props {
  source: Source;
  entry: string;
  file: string;
  readOnly: boolean;
  open: (path: string) => void;
  edit: (change: Partial<Source>) => void;
}

type Asked = { what: "new" } | { what: "rename"; path: string };

export function FileList({ source, entry, file, readOnly, open, edit }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const paths = Object.keys(source.files).sort((a, b) => Number(b === entry) - Number(a === entry) || a.localeCompare(b));
  function remove(path: string) {
    const { [path]: _gone, ...files } = source.files;
    edit({ files });
    if (file === path) open(entry);
  }
  return (
    <nav className="studio-files" aria-label="Files">
      <div className="row" style={{ padding: "0 4px 6px 10px" }}>
        <span className="muted small grow">Files</span>
        {!readOnly && (
          <Tooltip label="New file">
            <ActionIcon size="sm" aria-label="New file" onClick={() => setAsked({ what: "new" })}>
              <IconPlus size={15} stroke={1.8} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {paths.map((path) => (
        <div key={path} className="file-item" data-here={path === file || undefined}>
          <button type="button" className="clip" title={path} aria-current={path === file || undefined} onClick={() => open(path)}>
            {path}
          </button>
          {!readOnly && (
            <Menu position="bottom-start">
              <Menu.Target>
                <ActionIcon size="xs" aria-label={`What to do with ${path}`}>
                  <IconDots size={14} stroke={1.8} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setAsked({ what: "rename", path })}>Rename</Menu.Item>
                <Menu.Item disabled={path === entry} onClick={() => edit({ entry: path })}>
                  Make it the entry
                </Menu.Item>
                <Menu.Item color="red" disabled={paths.length === 1} onClick={() => remove(path)}>
                  Delete
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      ))}
      <div className="file-item" data-here={file === schemaFile || undefined} style={{ marginTop: 10 }}>
        <button type="button" aria-current={file === schemaFile || undefined} onClick={() => open(schemaFile)}>
          Config schema
        </button>
      </div>
      {asked && <NameDialog asked={asked} source={source} edit={edit} open={open} onClose={() => setAsked(undefined)} />}
    </nav>
  );
}

function NameDialog({ asked, source, edit, open, onClose }: { asked: Asked; source: Source; edit: Props["edit"]; open: Props["open"]; onClose: () => void }) {
  const [path, setPath] = useState(asked.what === "rename" ? asked.path : "");
  const name = path.trim();
  const problem =
    name === "" || (asked.what === "rename" && name === asked.path)
      ? undefined
      : name in source.files
        ? "There is a file of this name."
        : !/\.(ts|js|mjs|cjs|mts|cts|tsx|jsx|json)$/.test(name)
          ? "Files end in .ts, .js or .json."
          : /(^\/)|(^|\/)\.\.?(\/|$)|\/\//.test(name)
            ? "Write it relative to the action's folder."
            : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name === "" || problem) return;
    const files = { ...source.files };
    if (asked.what === "rename") {
      files[name] = files[asked.path];
      if (name !== asked.path) delete files[asked.path];
      edit({ files, ...(source.entry === asked.path ? { entry: name } : {}) });
    } else {
      files[name] = name.endsWith(".json") ? "{}\n" : "export {};\n";
      edit({ files });
    }
    onClose();
    open(name);
  }
  return (
    <Modal opened onClose={onClose} title={asked.what === "new" ? "New file" : `Rename ${asked.path}`} size="sm">
      <form onSubmit={submit} className="stack">
        <TextInput label="Path" placeholder="lib/domains.ts" data-autofocus required value={path} onChange={(e) => setPath(e.currentTarget.value)} error={problem} classNames={{ input: "mono" }} />
        {asked.what === "rename" && <Notice>Imports of the old name are not changed.</Notice>}
        <div className="row">
          <Button type="submit" disabled={name === "" || problem !== undefined}>
            {asked.what === "new" ? "Create" : "Rename"}
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Modal>
  );
}
