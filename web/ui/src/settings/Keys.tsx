import { Button, Modal, Select, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask, type Schemas } from "../api/client";
import { Ago } from "../parts/Ago";
import { CodeBlock } from "../parts/Copy";
import { Failure, Notice } from "../parts/Notice";
import { Section } from "../parts/Page";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";

type KeyRole = Schemas["NewKey"]["role"];

const roles: { value: KeyRole; label: string }[] = [
  { value: "execute", label: "execute: calls flows, nothing else" },
  { value: "viewer", label: "viewer: reads" },
  { value: "author", label: "author: writes and tests actions" },
  { value: "publisher", label: "publisher: publishes, and changes flows" },
  { value: "admin", label: "admin: keys, secrets, egress" },
];

export function Keys({ tenant }: { tenant: string }) {
  const keys = useQuery({ queryKey: [tenant, "keys"], queryFn: () => ask(api.GET("/v1/tenants/{tenant}/keys", { params: { path: { tenant }, query: { limit: 200 } } })) });
  const [name, setName] = useState("");
  const [role, setRole] = useState<KeyRole>("execute");
  const [revoked, setRevoked] = useState(false);
  const [asked, setAsked] = useState<Schemas["Key"]>();
  const again = () => queryClient.invalidateQueries({ queryKey: [tenant, "keys"] });
  const creation = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/keys", { params: { path: { tenant } }, body: { name, role } })),
    onSuccess: () => {
      setName("");
      void again();
    },
  });
  const revocation = useMutation({
    mutationFn: (key: string) => ask(api.DELETE("/v1/tenants/{tenant}/keys/{key}", { params: { path: { tenant, key } } })),
    onSuccess: () => {
      setAsked(undefined);
      void again();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    creation.mutate();
  }
  const list = (keys.data?.items ?? []).filter((k) => revoked || !k.revoked_at);
  return (
    <>
      <form className="row wrap" style={{ alignItems: "flex-end" }} onSubmit={submit}>
        <TextInput className="grow" label="New key" placeholder="what it is for" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <Select label="Role" w={300} data={roles} value={role} onChange={(v) => setRole((v as KeyRole) ?? role)} />
        <Button type="submit" size="sm" loading={creation.isPending}>
          Make
        </Button>
      </form>
      <div className="stack" style={{ marginTop: 12 }}>
        <Failure error={keys.error ?? creation.error} />
        {creation.data && (
          <Notice tone="good">
            The secret of {creation.data.name}. It is shown this once.
            <div style={{ marginTop: 8 }}>
              <CodeBlock soft text={creation.data.secret} label="Copy the secret" />
            </div>
          </Notice>
        )}
      </div>
      <Section title="Keys" actions={<Switch size="xs" label="Show revoked ones" checked={revoked} onChange={(e) => setRevoked(e.currentTarget.checked)} />}>
        <table className="list">
          <tbody>
            {list.map((k) => (
              <tr key={k.id}>
                <td>
                  <div style={{ fontWeight: 500 }}>{k.name}</div>
                  <div className="muted small mono">{k.id}</div>
                </td>
                <td>
                  <Tag tone={k.role === "admin" ? "warn" : "calm"}>{k.role}</Tag>
                </td>
                <td className="muted small">
                  made <Ago time={k.created_at} />, by {k.created_by.name}
                </td>
                <td className="end">
                  {k.revoked_at ? (
                    <Tag tone="bad">revoked</Tag>
                  ) : (
                    <Button variant="subtle" color="red" onClick={() => setAsked(k)}>
                      Revoke
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {asked && (
        <Modal opened onClose={() => setAsked(undefined)} title={`Revoke ${asked.name}`}>
          <div className="stack">
            <p style={{ margin: 0 }}>Whatever uses it is refused from now on, for ever.</p>
            <Failure error={revocation.error} />
            <div className="row">
              <Button color="red" data-autofocus loading={revocation.isPending} onClick={() => revocation.mutate(asked.id)}>
                Revoke
              </Button>
              <Button variant="subtle" color="gray" onClick={() => setAsked(undefined)}>
                Cancel
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </>
  );
}
