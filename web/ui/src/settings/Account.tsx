import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { changePassword, sessionQuery, signOut } from "../api/session";
import { moment } from "../parts/format";
import { useGo } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { Section } from "../parts/Page";
import { queryClient } from "../queryClient";
import { useSession } from "../shell/session";

/** Who is signed in here, and what is theirs to change. */
export function Account() {
  const session = useSession();
  const go = useGo();
  async function leaveAll() {
    await signOut(true);
    queryClient.clear();
    go("/sign-in");
  }
  return (
    <>
      <dl className="facts">
        <dt>Signed in as</dt>
        <dd>{session.person ? `${session.person.name}, ${session.person.email}` : session.key ? `the key ${session.key.name}` : "the operator"}</dd>
        <dt>Since</dt>
        <dd>{moment(session.created_at)}</dd>
        <dt>Ends</dt>
        <dd>{moment(session.expires_at)}, unless it is used before</dd>
      </dl>
      <Button mt="md" variant="default" onClick={() => void leaveAll()}>
        Sign out everywhere
      </Button>
      {session.person && (
        <Section title="Password" note="All other sessions of yours end.">
          <Password />
        </Section>
      )}
    </>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery.queryKey, session);
      setCurrent("");
      setNext("");
      done("The password is changed");
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate();
  }
  return (
    <form className="stack" style={{ maxWidth: 360 }} onSubmit={submit}>
      <PasswordInput label="Current password" autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.currentTarget.value)} />
      <PasswordInput label="New password" description="At least 12 characters." autoComplete="new-password" required value={next} onChange={(e) => setNext(e.currentTarget.value)} />
      <Failure error={change.error} />
      <Button type="submit" style={{ alignSelf: "flex-start" }} loading={change.isPending}>
        Change it
      </Button>
    </form>
  );
}
