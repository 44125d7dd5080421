import { Button, Modal, Textarea } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Suspense, useEffect, useMemo, useState } from "react";

import { api, ask, hasCode, type Schemas } from "../api/client";
import { flowQuery, triggersQuery } from "../api/queries";
import { same } from "../editor/DraftKeeper";
import { IconHistory, IconLock, IconRocket } from "../icons";
import { Ago } from "../parts/Ago";
import { Link, useGo, useSearch } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { done } from "../parts/notify";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { AttachDialog } from "./AttachDialog";
import { CallBox } from "./CallBox";
import { differences, forServer, listOf, withList, type Attachment, type ListName, type Slots } from "./edit";
import { SlotView } from "./SlotView";
import { platformSteps } from "./steps";

const route = getRouteApi("/signed-in/t/$tenant/flows/$flow");

export function FlowPage() {
  const tenant = useTenant();
  const { flow } = route.useParams();
  return (
    <Suspense>
      <Flow key={`${tenant}/${flow}`} tenant={tenant} slug={flow} />
    </Suspense>
  );
}

/** What is being changed, kept in the browser until it is saved: the slots, and the revision that they were made from. */
interface Kept {
  base: number;
  slots: Slots;
}

function Flow({ tenant, slug }: { tenant: string; slug: string }) {
  const flow = useSuspenseQuery(flowQuery(tenant, slug)).data;
  const triggers = useQuery(triggersQuery).data ?? [];
  const may = useMay();
  const canEdit = may("publisher");
  const [search, setSearch] = useSearch();
  const [kept, setKept, forget] = useLocalStorage<Kept | null>({ key: `durward-flow/${tenant}/${slug}`, defaultValue: null, getInitialValueInEffect: false });
  const slots = kept?.slots ?? flow.live.slots;
  const base = kept?.base ?? flow.live.number;
  const changed = kept !== null && !same(forServer(kept.slots), forServer(flow.live.slots));
  const stale = changed && base !== flow.live.number;
  const [asked, setAsked] = useState<ListName & { attachment?: Attachment; action?: string }>();
  const [saving, setSaving] = useState(false);
  const ofKind = useMemo(() => triggers.filter((t) => t.flow === flow.kind), [triggers, flow.kind]);
  const lines = useMemo(() => (changed ? differences(flow.live.slots, slots) : []), [changed, flow.live.slots, slots]);

  const change = (next: Slots) => setKept({ base, slots: next });
  const attach = search.get("attach");
  useEffect(() => {
    if (!attach || ofKind.length === 0 || !canEdit) return;
    const [action] = attach.split("@");
    setAsked({ slot: ofKind.find((t) => t.slot === "after")?.slot ?? ofKind[0].slot, action });
    setSearch({ attach: undefined });
  }, [attach, ofKind, canEdit, setSearch]);

  function put(name: ListName, attachment: Attachment) {
    const list = listOf(slots, name);
    const known = list.some((a) => a.id === attachment.id);
    change(withList(slots, name, known ? list.map((a) => (a.id === attachment.id ? attachment : a)) : [...list, attachment]));
    setAsked(undefined);
  }

  const steps = platformSteps[flow.kind] ?? {};
  return (
    <Page
      title={flow.name}
      crumbs={
        <Link href={`/t/${tenant}/flows`} className="plain">
          Flows
        </Link>
      }
      beside={
        <>
          <Tag>revision {flow.live.number}</Tag>
          {flow.candidate ? (
            <Tag tone="note">
              {flow.candidate} at {flow.percent ?? 0} %
            </Tag>
          ) : null}
          {(flow.freezes ?? []).some((f) => Date.parse(f.from) <= Date.now() && Date.now() < Date.parse(f.to)) && <Tag tone="warn">frozen</Tag>}
        </>
      }
      note={
        <>
          {flow.live.message && `${flow.live.message} · `}saved <Ago time={flow.live.saved_at} /> by {flow.live.saved_by.name}
        </>
      }
      actions={
        <>
          <Button component={Link} href={`/t/${tenant}/flows/${slug}/revisions`} variant="default" leftSection={<IconHistory size={15} stroke={1.8} />}>
            Revisions
          </Button>
          <Button component={Link} href={`/t/${tenant}/flows/${slug}/rollout`} variant="default" leftSection={<IconRocket size={15} stroke={1.8} />}>
            Rollout
          </Button>
          <ShowAsCode
            tenant={tenant}
            cli={[`durward flow show ${slug}`, `durward flow save ${slug} ${slug}.json`]}
            curl={[{ path: `/v1/tenants/${tenant}/flows/${slug}` }, { method: "PUT", path: `/v1/tenants/${tenant}/flows/${slug}`, body: { base, slots: forServer(slots) } }]}
            file={{ name: `${slug}.json`, text: `${JSON.stringify({ base, slots: forServer(slots) }, null, 2)}\n` }}
          />
        </>
      }
    >
      {changed && (
        <div className="save-bar" role="region" aria-label="Changes">
          <div className="grow">
            <strong>Not live yet</strong>
            <ul className="plain-list">
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
          <Button variant="default" onClick={forget}>
            Discard
          </Button>
          <Button onClick={() => setSaving(true)} disabled={stale}>
            Save or roll out…
          </Button>
        </div>
      )}
      {stale && (
        <div style={{ marginBottom: 16 }}>
          <Notice tone="warn" role="alert">
            <div className="row wrap">
              <span className="grow">
                {flow.live.saved_by.name} saved revision {flow.live.number} after you began. What you have changed would undo it.
              </span>
              <Button variant="default" onClick={forget}>
                Take theirs
              </Button>
              <Button onClick={() => setKept({ base: flow.live.number, slots })}>Keep mine</Button>
            </div>
          </Notice>
        </div>
      )}
      <ol className="flow">
        {ofKind.map((t) => (
          <SlotView
            key={t.slot}
            tenant={tenant}
            trigger={t}
            step={steps[t.slot]}
            slots={slots}
            canEdit={canEdit}
            change={change}
            onAttach={(name) => setAsked(name)}
            onOpen={(name, attachment) => setAsked({ ...name, attachment })}
          />
        ))}
        {steps[""] && (
          <li className="flow-step">
            <span className="flow-dot" aria-hidden />
            <IconLock size={13} stroke={1.8} aria-label="Done by the login system" className="muted" />
            <span className="muted">{steps[""]}</span>
          </li>
        )}
      </ol>
      <CallBox tenant={tenant} flow={slug} triggers={ofKind} slots={flow.live.slots} />
      {asked && <AttachDialog tenant={tenant} kind={flow.kind} name={asked} attachment={asked.attachment} action={asked.action} canEdit={canEdit} onPut={put} onClose={() => setAsked(undefined)} />}
      {saving && <SaveDialog tenant={tenant} slug={slug} base={base} slots={slots} lines={lines} rolling={flow.candidate !== undefined} onClose={() => setSaving(false)} onSaved={forget} />}
    </Page>
  );
}

interface SaveProps {
  tenant: string;
  slug: string;
  base: number;
  slots: Slots;
  lines: string[];
  rolling: boolean;
  onClose: () => void;
  onSaved: () => void;
}

function SaveDialog({ tenant, slug, base, slots, lines, rolling, onClose, onSaved }: SaveProps) {
  const [message, setMessage] = useState("");
  const [warnings, setWarnings] = useState<Schemas["Warning"][]>([]);
  const go = useGo();
  const saving = useMutation({
    mutationFn: () => ask(api.PUT("/v1/tenants/{tenant}/flows/{flow}", { params: { path: { tenant, flow: slug } }, body: { base, slots: forServer(slots), message: message || undefined } })),
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: [tenant] });
      onSaved();
      done(`Revision ${saved.number} is live`);
      if ((saved.warnings ?? []).length === 0) return onClose();
      setWarnings(saved.warnings ?? []);
    },
    onError: async (error) => {
      if (hasCode(error, "conflict")) await queryClient.invalidateQueries({ queryKey: flowQuery(tenant, slug).queryKey });
    },
  });
  if (warnings.length > 0) {
    return (
      <Modal opened onClose={onClose} title="It is live, and this may surprise">
        <div className="stack">
          <Notice tone="warn">
            {warnings.map((w) => (
              <div key={w.pointer + w.detail}>{w.detail}</div>
            ))}
          </Notice>
          <Button onClick={onClose} style={{ alignSelf: "flex-start" }}>
            All right
          </Button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="Save" size="lg">
      <div className="stack">
        <Failure error={saving.error} />
        <ul className="plain-list">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <Textarea label="What is new" autosize minRows={2} data-autofocus value={message} onChange={(e) => setMessage(e.currentTarget.value)} />
        {rolling && <Notice tone="warn">A candidate is being rolled out. Promote or abort it first.</Notice>}
        <div className="row wrap">
          <Button loading={saving.isPending} disabled={rolling} onClick={() => saving.mutate()}>
            Save for everybody
          </Button>
          <Button variant="default" disabled={rolling} onClick={() => go(`/t/${tenant}/flows/${slug}/rollout`)}>
            Roll out to a part first
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
