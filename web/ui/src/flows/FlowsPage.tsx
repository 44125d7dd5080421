import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { slugOf } from "../actions/starter";
import { api, ask, type Schemas } from "../api/client";
import { liveFlowsQuery, triggersQuery } from "../api/queries";
import { IconPlus } from "../icons";
import { Ago } from "../parts/Ago";
import { Empty } from "../parts/Empty";
import { Link, useGo, useSearch } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { listOf } from "./edit";

export function FlowsPage() {
  const tenant = useTenant();
  const may = useMay();
  const [search] = useSearch();
  const flows = useQuery(liveFlowsQuery(tenant));
  const attach = search.get("attach") ?? undefined;
  const [making, setMaking] = useState(false);
  const create = may("publisher") && (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setMaking(true)}>
      New flow
    </Button>
  );
  return (
    <Page
      title="Flows"
      note="What runs at each point of a sign-in, a registration, a recovery. Every save is a new revision; a sign-in keeps the one that it began on."
      actions={
        <>
          <ShowAsCode tenant={tenant} cli={["durward flow list"]} curl={[{ path: `/v1/tenants/${tenant}/flows` }]} />
          {create}
        </>
      }
    >
      <Failure error={flows.error} />
      {attach && (
        <div style={{ marginBottom: 16 }}>
          <Notice>Choose the flow to attach {attach} to.</Notice>
        </div>
      )}
      {flows.data?.length === 0 && (
        <Empty title="There are no flows yet" actions={create}>
          A flow is one event of your login system, such as its sign-in. Your login system calls it by its slug.
        </Empty>
      )}
      {(flows.data?.length ?? 0) > 0 && (
        <div className="scroll-x">
          <table className="list">
            <thead>
              <tr>
                <th>Flow</th>
                <th>Kind</th>
                <th>Attached</th>
                <th>Live revision</th>
              </tr>
            </thead>
            <tbody>
              {flows.data!.map((f) => (
                <Row key={f.slug} tenant={tenant} flow={f} attach={attach} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && <NewFlow tenant={tenant} attach={attach} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Row({ tenant, flow, attach }: { tenant: string; flow: Schemas["FlowDetail"]; attach?: string }) {
  const attached = Object.keys(flow.live.slots).flatMap((slot) =>
    [undefined, ...Object.keys(flow.live.slots[slot].methods ?? {})].flatMap((method) => listOf(flow.live.slots, { slot, method }).map((a) => ({ slot, method, ...a }))),
  );
  return (
    <tr>
      <td>
        <Link className="link" style={{ fontWeight: 500 }} href={`/t/${tenant}/flows/${flow.slug}${attach ? `?attach=${attach}` : ""}`}>
          {flow.name}
        </Link>
        <div className="muted small mono">{flow.slug}</div>
      </td>
      <td>{flow.kind}</td>
      <td>
        {attached.length === 0 && <span className="muted">nothing</span>}
        {attached.map((a) => (
          <div key={`${a.slot} ${a.method} ${a.id}`}>
            <span className="muted">
              {a.slot}
              {a.method && ` (${a.method})`}
            </span>{" "}
            {a.action} <span className="mono muted">{a.version}</span> {a.disabled && <Tag>off</Tag>}
          </div>
        ))}
      </td>
      <td style={{ whiteSpace: "nowrap" }}>
        {flow.revision}{" "}
        {flow.candidate ? (
          <Link className="plain" href={`/t/${tenant}/flows/${flow.slug}/rollout`}>
            <Tag tone="note">
              {flow.candidate} at {flow.percent ?? 0} %
            </Tag>
          </Link>
        ) : null}
        <div className="muted small">
          <Ago time={flow.live.saved_at} /> by {flow.live.saved_by.name}
        </div>
      </td>
    </tr>
  );
}

function NewFlow({ tenant, attach, onClose }: { tenant: string; attach?: string; onClose: () => void }) {
  const kinds = [...new Set((useQuery(triggersQuery).data ?? []).map((t) => t.flow))];
  const [kind, setKind] = useState<string>("login");
  const [name, setName] = useState("Sign-in");
  const [slug, setSlug] = useState<string>();
  const id = slug ?? (name === "Sign-in" ? "login" : slugOf(name));
  const go = useGo();
  const creation = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/flows", { params: { path: { tenant } }, body: { slug: id, name, kind: kind as Schemas["NewFlow"]["kind"] } })),
    onSuccess: async (flow) => {
      await queryClient.invalidateQueries({ queryKey: [tenant] });
      go(`/t/${tenant}/flows/${flow.slug}${attach ? `?attach=${attach}` : ""}`);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    creation.mutate();
  }
  return (
    <Modal opened onClose={onClose} title="New flow">
      <form className="stack" onSubmit={submit}>
        <Failure error={creation.error} />
        <Select label="Kind" description="Decides which slots it has." data={kinds} value={kind} onChange={(value) => setKind(value ?? kind)} />
        <TextInput label="Name" required data-autofocus value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <TextInput label="Slug" description="What your login system calls it. It never changes." required maxLength={63} classNames={{ input: "mono" }} value={id} onChange={(e) => setSlug(e.currentTarget.value)} />
        <div className="row">
          <Button type="submit" loading={creation.isPending}>
            Create
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Modal>
  );
}
