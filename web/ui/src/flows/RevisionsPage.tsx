import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { flowQuery, revisionsQuery } from "../api/queries";
import { Ago } from "../parts/Ago";
import { Link, useGo } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { differences } from "./edit";

const route = getRouteApi("/signed-in/t/$tenant/flows/$flow/revisions");

/** What was live when, what each revision changed, and the way back. */
export function RevisionsPage() {
  const tenant = useTenant();
  const { flow } = route.useParams();
  const may = useMay();
  const live = useQuery(flowQuery(tenant, flow)).data;
  const revisions = useQuery(revisionsQuery(tenant, flow));
  const [back, setBack] = useState<number>();
  const list = revisions.data?.items ?? [];
  return (
    <Page
      title="Revisions"
      crumbs={
        <>
          <Link href={`/t/${tenant}/flows`} className="plain">
            Flows
          </Link>
          <span>/</span>
          <Link href={`/t/${tenant}/flows/${flow}`} className="plain">
            {live?.name ?? flow}
          </Link>
        </>
      }
      actions={<ShowAsCode tenant={tenant} cli={[`durward flow revisions ${flow}`, `durward flow rollback ${flow}`]} curl={[{ path: `/v1/tenants/${tenant}/flows/${flow}/revisions` }]} />}
    >
      <Failure error={revisions.error} />
      <div className="scroll-x">
        <table className="list">
          <thead>
            <tr>
              <th>Revision</th>
              <th>What it changed</th>
              <th>Saved</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {list.map((r, i) => {
              const lines = differences(list[i + 1]?.slots ?? {}, r.slots);
              return (
                <tr key={r.number}>
                  <td style={{ whiteSpace: "nowrap" }}>
                    <span className="number">{r.number}</span> {r.number === live?.revision && <Tag tone="good">live</Tag>} {r.number === live?.candidate && <Tag tone="note">candidate</Tag>}{" "}
                    {r.recall && (
                      <Tag tone="bad" title={r.recall.reason}>
                        recalled
                      </Tag>
                    )}
                  </td>
                  <td>
                    {r.message && <div style={{ fontWeight: 500 }}>{r.message}</div>}
                    {(i < list.length - 1 || r.number === 1) && lines.map((line) => <div key={line}>{line}</div>)}
                    {lines.length === 0 && !r.message && <span className="muted">nothing</span>}
                  </td>
                  <td className="muted" style={{ whiteSpace: "nowrap" }}>
                    <Ago time={r.saved_at} />
                    <div className="small">{r.saved_by.name}</div>
                  </td>
                  <td className="end">
                    {may("publisher") && r.number !== live?.revision && !r.recall && (
                      <Button variant="subtle" color="gray" onClick={() => setBack(r.number)}>
                        Make it live again
                      </Button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {back !== undefined && <RollBackDialog tenant={tenant} flow={flow} to={back} onClose={() => setBack(undefined)} />}
    </Page>
  );
}

export function RollBackDialog({ tenant, flow, to, onClose }: { tenant: string; flow: string; to?: number; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const go = useGo();
  const rollback = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/flows/{flow}/rollback", { params: { path: { tenant, flow } }, body: { to, reason: reason || undefined } as Schemas["RollBack"] })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [tenant] });
      done(to ? `What revision ${to} has is live again` : "Rolled back");
      onClose();
      go(`/t/${tenant}/flows/${flow}`);
    },
  });
  return (
    <Modal opened onClose={onClose} title={to ? `Make revision ${to} live again` : "Roll back"}>
      <div className="stack">
        <p style={{ margin: 0 }}>It is saved as a new revision and is live for everybody at once. Sign-ins that have begun keep the revision that they have.</p>
        <Failure error={rollback.error} />
        <TextInput label="Why" data-autofocus value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        <div className="row">
          <Button loading={rollback.isPending} onClick={() => rollback.mutate()}>
            Make it live
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
