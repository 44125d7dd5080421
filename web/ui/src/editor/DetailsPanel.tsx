import { MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { liveFlowsQuery, triggersQuery } from "../api/queries";
import { attachmentsOf } from "../actions/attached";
import { Ago } from "../parts/Ago";
import { Link } from "../parts/Link";
import { failed } from "../parts/notify";
import { queryClient } from "../queryClient";
import type { Source } from "./DraftKeeper";

interface Props {
  tenant: string;
  action: Schemas["Action"];
  source: Source;
  readOnly: boolean;
  edit: (change: Partial<Source>) => void;
}

/** What the action is called, where it works, and where it is attached. */
export function DetailsPanel({ tenant, action, source, readOnly, edit }: Props) {
  const triggers = useQuery(triggersQuery).data ?? [];
  const places = attachmentsOf(useQuery(liveFlowsQuery(tenant)).data ?? []).get(action.slug) ?? [];
  const [name, setName] = useState(action.name);
  const [description, setDescription] = useState(action.description ?? "");
  async function save() {
    if (name === action.name && description === (action.description ?? "")) return;
    try {
      const changed = await ask(api.PATCH("/v1/tenants/{tenant}/actions/{action}", { params: { path: { tenant, action: action.slug } }, body: { name, description } }));
      queryClient.setQueryData([tenant, "actions", action.slug], changed);
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"], exact: true });
    } catch (error) {
      failed("The details were not saved", error);
    }
  }
  return (
    <div className="stack panel">
      <TextInput label="Name" value={name} disabled={readOnly} onChange={(e) => setName(e.currentTarget.value)} onBlur={save} />
      <Textarea label="Description" autosize minRows={2} value={description} disabled={readOnly} onChange={(e) => setDescription(e.currentTarget.value)} onBlur={save} />
      {action.kind !== "module" && (
        <MultiSelect
          label="Triggers"
          description="Where the action can be attached. Its types follow."
          data={triggers.map((t) => t.id)}
          searchable
          disabled={readOnly}
          value={source.triggers}
          onChange={(value) => edit({ triggers: value as Source["triggers"] })}
        />
      )}
      <dl className="facts">
        <dt>Slug</dt>
        <dd className="mono">{action.slug}</dd>
        <dt>Created</dt>
        <dd>
          <Ago time={action.created_at} /> by {action.created_by.name}
        </dd>
        {action.template && (
          <>
            <dt>Template</dt>
            <dd className="mono">{action.template}</dd>
          </>
        )}
        <dt>Attached</dt>
        <dd>
          {places.length === 0 && <span className="muted">nowhere</span>}
          {places.map((p) => (
            <div key={p.id}>
              <Link className="link" href={`/t/${tenant}/flows/${p.flow}`}>
                {p.flow} · {p.slot}
                {p.method && ` (${p.method})`}
              </Link>{" "}
              <span className="mono muted">{p.version}</span>
            </div>
          ))}
        </dd>
      </dl>
    </div>
  );
}
