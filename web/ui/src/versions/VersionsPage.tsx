import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { attachmentsOf } from "../actions/attached";
import { api, ask } from "../api/client";
import { actionQuery, draftQuery, liveFlowsQuery, versionsQuery } from "../api/queries";
import { IconCompare } from "../icons";
import { Ago } from "../parts/Ago";
import { Empty } from "../parts/Empty";
import { Link, useGo } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { done, failed } from "../parts/notify";
import { Page } from "../parts/Page";
import { ShowAsCode } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay, useTenant } from "../shell/session";
import { VersionFigures } from "./VersionFigures";

const route = getRouteApi("/signed-in/t/$tenant/actions/$action/versions");

export function VersionsPage() {
  const tenant = useTenant();
  const { action } = route.useParams();
  const may = useMay();
  const name = useQuery(actionQuery(tenant, action)).data?.name ?? action;
  const versions = useQuery(versionsQuery(tenant, action));
  const places = attachmentsOf(useQuery(liveFlowsQuery(tenant)).data ?? []).get(action) ?? [];
  const [chosen, setChosen] = useState<string[]>([]);
  const [retiring, setRetiring] = useState<{ how: "recall" | "deprecate"; version: string }>();
  const go = useGo();
  const base = `/t/${tenant}/actions/${action}`;
  const list = versions.data ?? [];
  const pair = list.map((v) => v.number).filter((n) => chosen.includes(n));

  async function restore(version: string) {
    try {
      const v = await ask(api.GET("/v1/tenants/{tenant}/actions/{action}/versions/{version}", { params: { path: { tenant, action, version } } }));
      const own = Object.fromEntries(Object.entries(v.files).filter(([path]) => !path.startsWith("durward:")));
      const draft = await ask(api.GET("/v1/tenants/{tenant}/actions/{action}/draft", { params: { path: { tenant, action } } }));
      await ask(
        api.PATCH("/v1/tenants/{tenant}/actions/{action}/draft", {
          params: { path: { tenant, action } },
          body: { revision: draft.revision, files: own, entry: v.entry, triggers: v.triggers, config_schema: (v.config_schema ?? null) as never, secrets: v.secrets ?? [], hosts: v.hosts ?? [] },
        }),
      );
      await queryClient.invalidateQueries({ queryKey: draftQuery(tenant, action).queryKey });
      done(`The draft is what ${version} was`);
      go(base);
    } catch (error) {
      failed("The draft is as it was", error);
    }
  }

  async function undeprecate(version: string) {
    try {
      await ask(api.DELETE("/v1/tenants/{tenant}/actions/{action}/versions/{version}/deprecation", { params: { path: { tenant, action, version } } }));
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"] });
    } catch (error) {
      failed(`${version} is still deprecated`, error);
    }
  }

  return (
    <Page
      title="Versions"
      crumbs={
        <>
          <Link href={`/t/${tenant}/actions`} className="plain">
            Actions
          </Link>
          <span>/</span>
          <Link href={base} className="plain">
            {name}
          </Link>
        </>
      }
      actions={
        <>
          <Button variant="default" disabled={pair.length !== 2} leftSection={<IconCompare size={15} stroke={1.8} />} onClick={() => go(`${base}/compare?from=${pair[1]}&to=${pair[0]}`)}>
            Compare two
          </Button>
          <ShowAsCode tenant={tenant} cli={[`durward version list ${action}`]} curl={[{ path: `/v1/tenants/${tenant}/actions/${action}/versions` }]} />
        </>
      }
    >
      <Failure error={versions.error} />
      {versions.data?.length === 0 && (
        <Empty
          title="Nothing is published yet"
          actions={
            <Button component={Link} href={base}>
              Go to the draft
            </Button>
          }
        >
          A version never changes. Flows name it exactly, so that what runs changes only when a flow is saved.
        </Empty>
      )}
      {list.length > 0 && (
        <div className="scroll-x">
          <table className="list">
            <thead>
              <tr>
                <th>
                  <span className="skip">Choose</span>
                </th>
                <th>Version</th>
                <th>What was new</th>
                <th>Attached</th>
                <th>Published</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {list.map((v, i) => {
                const at = places.filter((p) => p.version === v.number);
                return (
                  <tr key={v.number}>
                    <td>
                      <Checkbox
                        size="xs"
                        aria-label={`Choose ${v.number}`}
                        checked={chosen.includes(v.number)}
                        onChange={(e) => setChosen(e.currentTarget.checked ? [...chosen, v.number].slice(-2) : chosen.filter((n) => n !== v.number))}
                      />
                    </td>
                    <td>
                      <div className="row">
                        <Link className="link mono" href={`${base}/compare?from=${list[i + 1]?.number ?? ""}&to=${v.number}`}>
                          {v.number}
                        </Link>
                        {v.deprecation && !v.recall && (
                          <Tag tone="warn" title={v.deprecation.reason}>
                            deprecated
                          </Tag>
                        )}
                        {v.recall && (
                          <Tag tone="bad" title={v.recall.reason}>
                            recalled
                          </Tag>
                        )}
                      </div>
                      <div className="muted small mono">{v.digest.slice(0, 12)}</div>
                    </td>
                    <td>{v.message || <span className="muted">—</span>}</td>
                    <td>
                      {at.length === 0 && <span className="muted">nowhere</span>}
                      {at.map((p) => (
                        <div key={p.id}>
                          <Link className="plain" href={`/t/${tenant}/flows/${p.flow}`}>
                            {p.flow} · {p.slot}
                            {p.method && ` (${p.method})`}
                          </Link>
                        </div>
                      ))}
                    </td>
                    <td className="muted" style={{ whiteSpace: "nowrap" }}>
                      <Ago time={v.published_at} />
                      <div className="small">{v.published_by.name}</div>
                    </td>
                    <td className="end" style={{ whiteSpace: "nowrap" }}>
                      {may("author") && (
                        <Button variant="subtle" color="gray" onClick={() => restore(v.number)}>
                          Restore as draft
                        </Button>
                      )}
                      {may("publisher") && !v.recall && (
                        <>
                          {v.deprecation ? (
                            <Button variant="subtle" color="gray" onClick={() => void undeprecate(v.number)}>
                              Use again
                            </Button>
                          ) : (
                            <Button variant="subtle" color="gray" onClick={() => setRetiring({ how: "deprecate", version: v.number })}>
                              Deprecate
                            </Button>
                          )}
                          <Button variant="subtle" color="red" onClick={() => setRetiring({ how: "recall", version: v.number })}>
                            Recall
                          </Button>
                        </>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <VersionFigures tenant={tenant} action={action} />
      {retiring && <RetireDialog tenant={tenant} action={action} {...retiring} onClose={() => setRetiring(undefined)} />}
    </Page>
  );
}

const ways = {
  recall: { title: "Recall", text: "Nothing can be attached with it any more, for ever, and sign-ins that have it go on with what is live. Where it is live, take it out of the flow first.", colour: "red" },
  deprecate: { title: "Deprecate", text: "Whoever attaches it is warned, and told why. It goes on running where it is.", colour: undefined },
};

interface RetireProps {
  tenant: string;
  action: string;
  how: keyof typeof ways;
  version: string;
  onClose: () => void;
}

function RetireDialog({ tenant, action, how, version, onClose }: RetireProps) {
  const [reason, setReason] = useState("");
  const way = ways[how];
  const retire = useMutation({
    mutationFn: async (): Promise<unknown> => {
      const params = { path: { tenant, action, version } };
      if (how === "recall") return ask(api.POST("/v1/tenants/{tenant}/actions/{action}/versions/{version}/recall", { params, body: { reason } }));
      return ask(api.PUT("/v1/tenants/{tenant}/actions/{action}/versions/{version}/deprecation", { params, body: { reason } }));
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`${way.title} ${action} ${version}`}>
      <div className="stack">
        <p style={{ margin: 0 }}>{way.text}</p>
        <Failure error={retire.error} />
        <TextInput label="Why" data-autofocus value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        <div className="row">
          <Button color={way.colour} loading={retire.isPending} onClick={() => retire.mutate()}>
            {way.title}
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
