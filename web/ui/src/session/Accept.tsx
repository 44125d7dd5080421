import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { hasCode } from "../api/client";
import { acceptInvitation, lookAtInvitation, sessionQuery, type Invitation } from "../api/session";
import { queryClient } from "../queryClient";
import { moment } from "../parts/format";
import { useGo } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { Alone } from "./Alone";

/** The page of an invitation. Its token is behind the #, which browsers send to nobody. */
export function Accept() {
  const [token] = useState(() => location.hash.slice(1));
  const look = useQuery({ queryKey: ["invitation", token], queryFn: () => lookAtInvitation(token), retry: false, enabled: token !== "", staleTime: Infinity });
  if (token === "" || hasCode(look.error, "not_found")) {
    return (
      <Alone title="This invitation is not valid">
        <p className="muted">It was used, was revoked, or is too old. Ask whoever sent it for another one.</p>
      </Alone>
    );
  }
  return <Alone title="Join Durward">{look.data ? <Form invitation={look.data} token={token} /> : <Failure error={look.error} />}</Alone>;
}

function Form({ invitation, token }: { invitation: Invitation; token: string }) {
  const go = useGo();
  const session = useQuery(sessionQuery).data;
  const known = session?.person?.email === invitation.email;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const entry = useMutation({
    mutationFn: () => acceptInvitation(known ? { token } : invitation.account ? { token, password } : { token, name, password }),
    onSuccess: (joined) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, joined);
      go(`/t/${invitation.tenant.id}/actions`);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    entry.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p style={{ margin: 0 }}>
        You are invited to <strong>{invitation.tenant.name}</strong> as {invitation.role}, with the address <strong>{invitation.email}</strong>. The invitation ends {moment(invitation.expires_at)}.
      </p>
      <Failure error={entry.error} />
      {known && <Notice tone="good">You are signed in with this address.</Notice>}
      {!known && !invitation.account && (
        <TextInput label="Your name" autoComplete="name" required autoFocus value={name} onChange={(e) => setName(e.currentTarget.value)} />
      )}
      {!known && (
        <PasswordInput
          label={invitation.account ? "Your password" : "Choose a password"}
          description={invitation.account ? "You have an account with this address." : "At least 12 characters. A few words are good."}
          autoComplete={invitation.account ? "current-password" : "new-password"}
          required
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
      )}
      <Button type="submit" size="sm" loading={entry.isPending}>
        Join {invitation.tenant.name}
      </Button>
    </form>
  );
}
