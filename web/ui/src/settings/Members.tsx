import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask, type Schemas } from "../api/client";
import { IconTrash } from "../icons";
import { Ago } from "../parts/Ago";
import { CodeBlock } from "../parts/Copy";
import { Failure, Notice } from "../parts/Notice";
import { failed } from "../parts/notify";
import { Section } from "../parts/Page";
import { queryClient } from "../queryClient";

type PersonRole = Schemas["NewInvitation"]["role"];

const roles: { value: PersonRole; label: string }[] = [
  { value: "viewer", label: "Viewer: sees everything but secrets" },
  { value: "author", label: "Author: writes and tests actions" },
  { value: "publisher", label: "Publisher: publishes, and changes flows" },
  { value: "admin", label: "Admin: members, keys, secrets, egress" },
];

export function Members({ tenant }: { tenant: string }) {
  const path = { tenant };
  const members = useQuery({ queryKey: [tenant, "members"], queryFn: () => ask(api.GET("/v1/tenants/{tenant}/members", { params: { path, query: { limit: 200 } } })) });
  const invitations = useQuery({ queryKey: [tenant, "invitations"], queryFn: () => ask(api.GET("/v1/tenants/{tenant}/invitations", { params: { path, query: { limit: 200 } } })) });
  const again = () => queryClient.invalidateQueries({ queryKey: [tenant] });
  async function edit(title: string, change: () => Promise<unknown>) {
    try {
      await change();
      await again();
    } catch (error) {
      failed(title, error);
    }
  }
  const open = invitations.data?.items ?? [];
  return (
    <>
      <Failure error={members.error ?? invitations.error} />
      <Invite tenant={tenant} onDone={again} />
      <Section title="Members">
        {members.data?.items.length === 0 ? (
          <p className="muted">Nobody has an account here yet; only keys are used. Invite somebody.</p>
        ) : (
          <table className="list">
            <tbody>
              {(members.data?.items ?? []).map((m) => (
                <tr key={m.person.id}>
                  <td>
                    <div style={{ fontWeight: 500 }}>{m.person.name}</div>
                    <div className="muted small">{m.person.email}</div>
                  </td>
                  <td className="muted small">
                    joined <Ago time={m.joined_at} />, by {m.added_by.name}
                  </td>
                  <td className="end">
                    <div className="row" style={{ justifyContent: "flex-end" }}>
                      <Select
                        size="xs"
                        w={130}
                        aria-label={`Role of ${m.person.name}`}
                        data={roles.map((r) => r.value)}
                        value={m.role}
                        onChange={(role) =>
                          void edit("The role is as it was", () => ask(api.PATCH("/v1/tenants/{tenant}/members/{person}", { params: { path: { tenant, person: m.person.id } }, body: { role: role as PersonRole } })))
                        }
                      />
                      <ActionIcon aria-label={`Remove ${m.person.name}`} onClick={() => void edit("Nobody was removed", () => ask(api.DELETE("/v1/tenants/{tenant}/members/{person}", { params: { path: { tenant, person: m.person.id } } })))}>
                        <IconTrash size={15} stroke={1.8} />
                      </ActionIcon>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {open.length > 0 && (
        <Section title="Open invitations">
          <table className="list">
            <tbody>
              {open.map((i) => (
                <tr key={i.id}>
                  <td>{i.email}</td>
                  <td>{i.role}</td>
                  <td className="muted small">
                    ends <Ago time={i.expires_at} />
                  </td>
                  <td className="end">
                    <Button variant="subtle" color="red" onClick={() => void edit("It is still open", () => ask(api.DELETE("/v1/tenants/{tenant}/invitations/{invitation}", { params: { path: { tenant, invitation: i.id } } })))}>
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
    </>
  );
}

function Invite({ tenant, onDone }: { tenant: string; onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<PersonRole>("author");
  const invitation = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/invitations", { params: { path: { tenant } }, body: { email, role } })),
    onSuccess: () => {
      setEmail("");
      onDone();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    invitation.mutate();
  }
  return (
    <div className="stack">
      <form className="row wrap" style={{ alignItems: "flex-end" }} onSubmit={submit}>
        <TextInput className="grow" label="Invite by e-mail address" type="email" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <Select label="Role" w={280} data={roles} value={role} onChange={(v) => setRole((v as PersonRole) ?? role)} />
        <Button type="submit" size="sm" loading={invitation.isPending}>
          Invite
        </Button>
      </form>
      <Failure error={invitation.error} />
      {invitation.data && (
        <Notice tone="good">
          Send this link to {invitation.data.email}. It is shown this once, and works once.
          <div style={{ marginTop: 8 }}>
            <CodeBlock soft text={`${location.origin}/invitation#${invitation.data.token}`} label="Copy the link" />
          </div>
        </Notice>
      )}
    </div>
  );
}
