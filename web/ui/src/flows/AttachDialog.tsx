import { Button, Drawer, NumberInput, SegmentedControl, Select, Switch, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";

import { actionsQuery, triggersQuery, versionsQuery } from "../api/queries";
import { ConfigEditor } from "../config/ConfigEditor";
import { defaultsOf } from "../editor/schemas";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { newID, type Attachment, type ListName } from "./edit";

interface Props {
  tenant: string;
  kind: string;
  name: ListName;
  attachment?: Attachment;
  action?: string;
  canEdit: boolean;
  onPut: (name: ListName, attachment: Attachment) => void;
  onClose: () => void;
}

/** One attachment: which action, exactly which version, with which config, when, and what its failure means. */
export function AttachDialog({ tenant, kind, name, attachment, action: wanted, canEdit, onPut, onClose }: Props) {
  const triggers = (useQuery(triggersQuery).data ?? []).filter((t) => t.flow === kind);
  const [slot, setSlot] = useState(name.slot);
  const actions = (useQuery(actionsQuery(tenant)).data ?? []).filter((a) => a.latest && a.kind !== "module");
  const [action, setAction] = useState(attachment?.action ?? wanted);
  const versions = useQuery({ ...versionsQuery(tenant, action ?? ""), enabled: action !== undefined });
  const usable = (versions.data ?? []).filter((v) => !v.recall || v.number === attachment?.version);
  const [number, setNumber] = useState(attachment?.version);
  const version = usable.find((v) => v.number === number) ?? usable[0];
  const [config, setConfig] = useState<unknown>(attachment?.config);
  const [when, setWhen] = useState(attachment?.when ?? "");
  const [failure, setFailure] = useState<string>(attachment?.on_failure ?? "");
  const [timeout, setTime] = useState<number | string>(attachment?.timeout_ms ?? "");
  const [off, setOff] = useState(attachment?.disabled ?? false);
  const trigger = triggers.find((t) => t.slot === slot);
  const fits = !version || !trigger || version.triggers.includes(trigger.id);

  // A slot that the version does not work at is not a good proposal where there is another one.
  useEffect(() => {
    if (attachment || !wanted || !version || fits) return;
    const other = triggers.find((t) => version.triggers.includes(t.id));
    if (other) setSlot(other.slot);
  }, [attachment, wanted, version, fits, triggers]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!action || !version) return;
    onPut(
      { slot, method: slot === name.slot ? name.method : undefined },
      {
        ...attachment,
        id: attachment?.id ?? newID(),
        action,
        version: version.number,
        config: (version.config_schema ? (config ?? defaultsOf(version.config_schema)) : undefined) as Attachment["config"],
        when: when.trim() || undefined,
        on_failure: (failure || undefined) as Attachment["on_failure"],
        timeout_ms: typeof timeout === "number" ? timeout : undefined,
        disabled: off || undefined,
      },
    );
  }
  const title = attachment ? `${attachment.action} in ${name.slot}${name.method ? ` for ${name.method}` : ""}` : `Attach to ${name.method ? `${name.slot} for ${name.method}` : "a slot"}`;
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={title}>
      <form className="stack" onSubmit={submit}>
        {actions.length === 0 && (
          <Notice>
            Nothing is published yet.{" "}
            <Link href={`/t/${tenant}/actions`} className="link">
              Publish an action first.
            </Link>
          </Notice>
        )}
        {!attachment && !name.method && <Select label="Slot" data={triggers.map((t) => ({ value: t.slot, label: `${t.slot}: ${t.when}` }))} value={slot} onChange={(value) => setSlot(value ?? slot)} />}
        {!attachment && (
          <Select
            label="Action"
            data-autofocus
            searchable
            required
            data={actions.map((a) => ({ value: a.slug, label: a.name === a.slug ? a.slug : `${a.name} (${a.slug})` }))}
            value={action ?? null}
            onChange={(value) => {
              setAction(value ?? undefined);
              setNumber(undefined);
              setConfig(undefined);
            }}
          />
        )}
        {action && (
          <Select
            label="Version"
            description="Exactly this one, until the flow is saved with another."
            disabled={!canEdit}
            data={usable.map((v) => ({ value: v.number, label: v.message ? `${v.number}: ${v.message}` : v.number }))}
            value={version?.number ?? null}
            onChange={(value) => setNumber(value ?? undefined)}
          />
        )}
        {!fits && (
          <Notice tone="bad">
            {action} {version?.number} does not work at {trigger?.id}. It works at {version?.triggers.join(", ")}.
          </Notice>
        )}
        {version?.config_schema ? (
          <fieldset className="plain-set">
            <legend>Config</legend>
            <ConfigEditor key={`${action} ${version.number}`} schema={version.config_schema} value={config ?? defaultsOf(version.config_schema)} onChange={setConfig} disabled={!canEdit} id="attach" />
          </fieldset>
        ) : null}
        <Textarea
          label="When"
          description="A condition in the Common Expression Language over input; empty: always."
          placeholder='input.context.client.id == "web"'
          autosize
          disabled={!canEdit}
          classNames={{ input: "mono" }}
          value={when}
          onChange={(e) => setWhen(e.currentTarget.value)}
        />
        <div>
          <div className="field-label">If it fails</div>
          <SegmentedControl
            size="xs"
            disabled={!canEdit || trigger?.fail_closed}
            aria-label="If it fails"
            data={[
              { value: "", label: trigger?.async ? "As usual: go on" : "As usual: block" },
              { value: "block", label: "Block" },
              { value: "continue", label: "Go on" },
            ]}
            value={failure}
            onChange={setFailure}
          />
        </div>
        <NumberInput label="May take" suffix=" ms" placeholder="5000 ms" min={1} max={10_000} w={180} disabled={!canEdit} value={timeout} onChange={setTime} />
        <Switch label="Keep it, but do not run it" checked={off} disabled={!canEdit} onChange={(e) => setOff(e.currentTarget.checked)} />
        {canEdit && (
          <div className="row">
            <Button type="submit" disabled={!version || !fits}>
              {attachment ? "Change" : "Attach"}
            </Button>
            <Button variant="subtle" color="gray" onClick={onClose}>
              Cancel
            </Button>
            <span className="muted small">Nothing is live before the flow is saved.</span>
          </div>
        )}
      </form>
    </Drawer>
  );
}
