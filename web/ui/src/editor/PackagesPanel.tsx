import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask } from "../api/client";
import { draftQuery, draftTypesQuery, packageTypesQuery } from "../api/queries";
import { IconTrash } from "../icons";
import { Empty } from "../parts/Empty";
import { Failure } from "../parts/Notice";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import type { DraftKeeper, State } from "./DraftKeeper";

interface Props {
  tenant: string;
  slug: string;
  keeper: DraftKeeper;
  state: State;
  readOnly: boolean;
}

/** The exact version that a lock settled a name on, whatever else the lock says. */
function settled(lock: unknown, name: string): string | undefined {
  const root = (lock as { root?: Record<string, string>; dependencies?: Record<string, string> } | undefined) ?? {};
  const id = root.root?.[name] ?? root.dependencies?.[name];
  return id?.slice(id.lastIndexOf("@") + 1);
}

/** What the action imports from elsewhere: npm packages, and the tenant's shared modules. */
export function PackagesPanel({ tenant, slug, keeper, state, readOnly }: Props) {
  const { source, standing } = state;
  const dependencies = Object.entries(source.dependencies ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const types = useQuery(draftTypesQuery(tenant, slug)).data;
  const typed = useQuery(packageTypesQuery(tenant, slug, types?.packages ?? "")).data?.packages ?? [];
  const [name, setName] = useState("");
  const [range, setRange] = useState("");
  const update = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/actions/{action}/draft/dependencies/update", { params: { path: { tenant, action: slug } } })),
    onSuccess: (draft) => {
      queryClient.setQueryData(draftQuery(tenant, slug).queryKey, draft);
      void queryClient.invalidateQueries({ queryKey: [tenant, "actions", slug, "types"] });
    },
  });
  function add(event: FormEvent) {
    event.preventDefault();
    keeper.edit({ dependencies: { ...source.dependencies, [name.trim()]: range.trim() || "*" } });
    void keeper.save();
    setName("");
    setRange("");
  }
  function remove(gone: string) {
    const { [gone]: _range, ...rest } = source.dependencies ?? {};
    keeper.edit({ dependencies: rest });
  }
  return (
    <div className="stack panel">
      {!readOnly && (
        <form className="row" style={{ alignItems: "flex-end" }} onSubmit={add}>
          <TextInput className="grow" label="Package" placeholder="zod, or durward:crm for a shared module" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <TextInput w={100} label="Versions" placeholder="^4.0.0" value={range} onChange={(e) => setRange(e.currentTarget.value)} />
          <Button type="submit" variant="default" size="sm" loading={standing.kind === "saving"}>
            Add
          </Button>
        </form>
      )}
      <Failure error={standing.kind === "unsaved" ? standing.error : update.error} />
      {dependencies.length === 0 ? (
        <Empty title="No packages">The server fetches what is declared here, keeps it with the version, and bundles it. The code imports it by its name.</Empty>
      ) : (
        <>
          <table className="list">
            <thead>
              <tr>
                <th>Package</th>
                <th>Declared</th>
                <th>Settled on</th>
                <th>Types</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {dependencies.map(([dependency, wanted]) => {
                const known = typed.find((t) => t.name === dependency);
                return (
                  <tr key={dependency}>
                    <td className="mono">{dependency}</td>
                    <td className="mono">{wanted}</td>
                    <td className="mono">{known?.version ?? settled(state.base.lock, dependency) ?? <span className="muted">…</span>}</td>
                    <td>{known && (known.types === "none" ? <Tag tone="warn">none</Tag> : <Tag tone="good">{known.types}</Tag>)}</td>
                    <td className="end">
                      {!readOnly && (
                        <ActionIcon aria-label={`Remove ${dependency}`} onClick={() => remove(dependency)}>
                          <IconTrash size={15} stroke={1.8} />
                        </ActionIcon>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {!readOnly && (
            <Button variant="default" style={{ alignSelf: "flex-start" }} loading={update.isPending} onClick={() => update.mutate()}>
              Settle on the newest versions
            </Button>
          )}
        </>
      )}
    </div>
  );
}
