import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask, type Schemas } from "../api/client";
import { actionQuery, draftQuery, templatesQuery, triggersQuery } from "../api/queries";
import { queryClient } from "../queryClient";
import { useTenant } from "../shell/session";
import { Link, useGo, useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Page } from "../parts/Page";
import { Tag } from "../parts/Tag";
import { slugOf, starter } from "./starter";

type Body = Schemas["NewAction"];

/** What a new action begins with, besides its name. */
interface Origin {
  label: string;
  name: string;
  description: string;
  /** The source; a trigger is chosen where it has none. */
  body?: Omit<Body, "slug" | "name" | "description">;
}

export function NewActionPage() {
  const tenant = useTenant();
  const [search] = useSearch();
  const [template, copy] = ["template", "copy"].map((name) => search.get(name) || undefined);
  const templates = useQuery(templatesQuery);
  const copied = useQuery({ ...draftQuery(tenant, copy ?? ""), enabled: copy !== undefined });
  const action = useQuery({ ...actionQuery(tenant, copy ?? ""), enabled: copy !== undefined });
  const t = templates.data?.find((entry) => entry.slug === template);

  let origin: Origin | undefined;
  if (copy !== undefined) {
    if (copied.data && action.data) origin = fromDraft(copied.data, action.data);
  } else if (template === undefined) origin = { label: "nothing", name: "", description: "" };
  else if (t) origin = fromTemplate(t);

  return (
    <Page title="New action" crumbs={<Link href={`/t/${tenant}/actions`} className="plain">Actions</Link>}>
      <Failure error={templates.error ?? copied.error ?? action.error} />
      {origin && <Form key={`${template} ${copy}`} tenant={tenant} origin={origin} templates={templates.data ?? []} chosen={copy ? undefined : (template ?? "")} />}
    </Page>
  );
}

function fromTemplate(t: Schemas["Template"]): Origin {
  return {
    label: t.name,
    name: t.name,
    description: t.description,
    body: { kind: "template", template: t.slug, files: t.files, triggers: t.triggers, config_schema: t.config_schema, secrets: t.secrets, hosts: t.hosts },
  };
}

function fromDraft(d: Schemas["Draft"], a: Schemas["Action"]): Origin {
  return {
    label: a.name,
    name: `${a.name} copy`,
    description: a.description ?? "",
    body: {
      kind: a.kind, template: a.template, files: d.files, entry: d.entry, triggers: d.triggers, config_schema: d.config_schema, secrets: d.secrets, hosts: d.hosts, dependencies: d.dependencies,
    },
  };
}

function Form({ tenant, origin, templates, chosen }: { tenant: string; origin: Origin; templates: Schemas["Template"][]; chosen?: string }) {
  const go = useGo();
  const triggers = useQuery(triggersQuery).data ?? [];
  const [name, setName] = useState(origin.name);
  const [slug, setSlug] = useState<string>();
  const [description, setDescription] = useState(origin.description);
  const [trigger, setTrigger] = useState("login.after");
  const id = slug ?? slugOf(name);
  const creation = useMutation({
    mutationFn: () => {
      const at = triggers.find((t) => t.id === trigger) ?? { id: "login.after" as const, user: "known" as const, async: false };
      const source = origin.body ?? { files: { "action.ts": starter(at) }, triggers: [at.id] };
      return ask(api.POST("/v1/tenants/{tenant}/actions", { params: { path: { tenant } }, body: { slug: id, name, description, ...source } as Body }));
    },
    onSuccess: async (created) => {
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"] });
      go(`/t/${tenant}/actions/${created.slug}`);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    creation.mutate();
  }
  return (
    <form onSubmit={submit} className="stack" style={{ maxWidth: 560 }}>
      <Failure error={creation.error} />
      {chosen !== undefined ? (
        <Select
          label="Begin with"
          data={[{ value: "", label: "Nothing: a few lines for a trigger" }, ...templates.map((t) => ({ value: t.slug, label: t.name }))]}
          value={chosen}
          onChange={(value) => go(`/t/${tenant}/actions/new${value ? `?template=${value}` : ""}`, { replace: true })}
        />
      ) : (
        <p className="muted" style={{ margin: 0 }}>
          A copy of the draft of {origin.label}.
        </p>
      )}
      <TextInput label="Name" required autoFocus data-autofocus value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <TextInput
        label="Slug"
        description="What flows and commands call it. It never changes."
        required
        pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
        maxLength={63}
        classNames={{ input: "mono" }}
        value={id}
        onChange={(e) => setSlug(e.currentTarget.value)}
      />
      <Textarea label="Description" autosize minRows={2} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
      {origin.body ? (
        <div>
          <div className="small muted" style={{ marginBottom: 4 }}>
            It works at
          </div>
          <div className="row wrap tight">
            {origin.body.triggers.map((t) => (
              <Tag key={t}>{t}</Tag>
            ))}
          </div>
        </div>
      ) : (
        <Select
          label="Trigger"
          description={triggers.find((t) => t.id === trigger)?.when ?? "When the action runs."}
          data={triggers.map((t) => t.id)}
          searchable
          value={trigger}
          onChange={(value) => setTrigger(value ?? trigger)}
        />
      )}
      <div className="row">
        <Button type="submit" size="sm" loading={creation.isPending}>
          Create
        </Button>
        <Button component={Link} href={`/t/${tenant}/actions`} variant="subtle" color="gray" size="sm">
          Cancel
        </Button>
      </div>
    </form>
  );
}
