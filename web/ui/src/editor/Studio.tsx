import { Button, Menu, Tabs } from "@mantine/core";
import { useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { Schemas } from "../api/client";
import { draftTypesQuery, packageTypesQuery } from "../api/queries";
import { IconDots, IconHistory, IconRocket } from "../icons";
import { Link, useSearch } from "../parts/Link";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { useMay } from "../shell/session";
import { CodeView } from "./CodeView";
import { ConflictBar } from "./ConflictBar";
import { standingText, type DraftKeeper, type State } from "./DraftKeeper";
import { DeleteDialog } from "./DeleteDialog";
import { DetailsPanel } from "./DetailsPanel";
import { FileList, schemaFile } from "./FileList";
import { PackagesPanel } from "./PackagesPanel";
import { PublishDialog } from "./PublishDialog";
import { SchemaPanel } from "./SchemaPanel";
import { SecretsPanel } from "./SecretsPanel";
import { TestPanel } from "./TestPanel";
import { Workspace } from "./Workspace";

interface Props {
  tenant: string;
  action: Schemas["Action"];
  keeper: DraftKeeper;
  state: State;
  readOnly: boolean;
}

const entries = ["action.ts", "action.js", "index.ts", "index.js", "main.ts", "main.js"];

/** The file that exports execute, by the server's own rule. */
export function entryOf(files: Record<string, string>, entry?: string): string {
  return entry || entries.find((name) => name in files) || Object.keys(files)[0] || "action.ts";
}

/** The editor of one action: its files, and beside them what they are tried with and what they need. */
export function Studio({ tenant, action, keeper, state, readOnly }: Props) {
  useDocumentTitle(`${action.name} · Durward`);
  const may = useMay();
  const [search, setSearch] = useSearch();
  const { source, standing } = state;
  const entry = entryOf(source.files, source.entry);
  const wanted = search.get("file") ?? entry;
  const file = wanted === schemaFile || wanted in source.files ? wanted : entry;
  const panel = search.get("panel") ?? "test";
  const [place, setPlace] = useState<{ line: number; column: number }>();
  const [publishing, setPublishing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const run = useRef<() => void>(undefined);

  const workspace = useWorkspace(keeper, state);
  useTypes(workspace, tenant, action.slug);
  useEffect(() => workspace?.handle(entry, source.triggers), [workspace, entry, source.triggers]);

  const open = useCallback(
    (path: string, at?: { line: number; column: number }) => {
      setSearch({ file: path });
      setPlace(at);
    },
    [setSearch],
  );
  const save = useCallback(() => void keeper.save(), [keeper]);
  useHotkeys([["mod+S", save]], []);

  return (
    <div className="studio">
      <div className="studio-head">
        <div className="grow">
          <div className="crumbs">
            <Link href={`/t/${tenant}/actions`} className="plain">
              Actions
            </Link>
          </div>
          <div className="row">
            <h1 className="clip" style={{ fontSize: 17, margin: 0 }} title={action.name}>
              {action.name}
            </h1>
            {action.latest ? <Tag>{action.latest}</Tag> : <Tag tone="note">not published</Tag>}
            {readOnly && <Tag tone="warn">read only</Tag>}
            <span className="small clip" data-testid="standing" data-standing={standing.kind} role="status" style={{ color: standing.kind === "unsaved" || standing.kind === "conflict" ? "var(--bad)" : "var(--mantine-color-dimmed)" }}>
              {standingText(standing)}
            </span>
          </div>
        </div>
        <Button component={Link} href={`/t/${tenant}/actions/${action.slug}/versions`} variant="default" leftSection={<IconHistory size={15} stroke={1.8} />}>
          Versions
        </Button>
        <ShowAsCode
          tenant={tenant}
          cli={[`durward action pull ${action.slug} ${action.slug}`, `durward action push ${action.slug} ${action.slug}`]}
          curl={[{ path: `/v1/tenants/${tenant}/actions/${action.slug}/draft` }, { method: "PATCH", path: `/v1/tenants/${tenant}/actions/${action.slug}/draft`, body: { revision: state.base.revision, files: source.files } }]}
          file={{ name: `${action.slug}/action.json`, text: `${JSON.stringify({ triggers: source.triggers, entry: source.entry, secrets: source.secrets, hosts: source.hosts, dependencies: source.dependencies }, null, 2)}\n` }}
        />
        {may("author") && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label="More" px={8}>
                <IconDots size={16} stroke={1.8} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item component={Link} href={`/t/${tenant}/actions/new?copy=${action.slug}`}>
                Duplicate
              </Menu.Item>
              {may("publisher") && (
                <Menu.Item color="red" onClick={() => setDeleting(true)}>
                  Delete
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
        {may("publisher") && (
          <Button leftSection={<IconRocket size={15} stroke={1.8} />} onClick={() => setPublishing(true)}>
            Publish
          </Button>
        )}
      </div>
      {standing.kind === "conflict" && <ConflictBar keeper={keeper} state={state} />}
      <div className="studio-body">
        <FileList source={source} entry={entry} file={file} readOnly={readOnly} open={open} edit={(change) => keeper.edit(change)} />
        <div className="studio-code">
          {workspace && file !== schemaFile && (
            <CodeView model={workspace.model(file)} label={`Code of ${file}`} readOnly={readOnly} place={place} onSave={save} onRun={() => run.current?.()} />
          )}
          {file === schemaFile && <SchemaPanel source={source} readOnly={readOnly} edit={(change) => keeper.edit(change)} onSave={save} />}
        </div>
        <Tabs className="studio-side" value={panel} onChange={(value) => setSearch({ panel: value === "test" ? undefined : (value ?? undefined) })} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="test">Test</Tabs.Tab>
            <Tabs.Tab value="details">Details</Tabs.Tab>
            <Tabs.Tab value="secrets">Secrets and hosts</Tabs.Tab>
            <Tabs.Tab value="packages">Packages</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="test">
            <TestPanel tenant={tenant} slug={action.slug} keeper={keeper} state={state} workspace={workspace} open={open} run={run} disabled={readOnly} />
          </Tabs.Panel>
          <Tabs.Panel value="details">
            <DetailsPanel tenant={tenant} action={action} source={source} readOnly={readOnly} edit={(change) => keeper.edit(change)} />
          </Tabs.Panel>
          <Tabs.Panel value="secrets">
            <SecretsPanel tenant={tenant} source={source} readOnly={readOnly} edit={(change) => keeper.edit(change)} />
          </Tabs.Panel>
          <Tabs.Panel value="packages">
            <PackagesPanel tenant={tenant} slug={action.slug} keeper={keeper} state={state} readOnly={readOnly} />
          </Tabs.Panel>
        </Tabs>
      </div>
      {deleting && <DeleteDialog tenant={tenant} action={action} onClose={() => setDeleting(false)} />}
      {publishing && <PublishDialog tenant={tenant} action={action} keeper={keeper} workspace={workspace} onClose={() => setPublishing(false)} open={open} />}
    </div>
  );
}

/** The models of the files, which follow the draft. */
function useWorkspace(keeper: DraftKeeper, state: State): Workspace | undefined {
  const [workspace, setWorkspace] = useState<Workspace>();
  useEffect(() => {
    const made = new Workspace((path, text) => keeper.edit({ files: { ...keeper.state.source.files, [path]: text } }));
    made.sync(keeper.state.source.files);
    setWorkspace(made);
    return () => {
      setWorkspace(undefined);
      made.dispose();
    };
  }, [keeper]);
  const { files } = state.source;
  useMemo(() => workspace?.sync(files), [workspace, files]);
  return workspace;
}

/** The declarations around the files, as the server has them for what is saved. */
function useTypes(workspace: Workspace | undefined, tenant: string, slug: string) {
  const types = useQuery(draftTypesQuery(tenant, slug)).data;
  const packages = useQuery(packageTypesQuery(tenant, slug, types?.packages ?? "")).data;
  useEffect(() => {
    if (types) workspace?.declare({ ...packages?.files, ...types.files });
  }, [workspace, types, packages]);
}
