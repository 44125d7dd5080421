import { Anchor, Button, Divider, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";

import { providersQuery, sessionQuery, signIn, type Credentials } from "../api/session";
import { queryClient } from "../queryClient";
import { useGo, useSearch } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { Alone } from "./Alone";

const problems: Record<string, string> = {
  sso_failed: "Signing in with your organisation did not work. Try again; if it happens once more, ask your administrator.",
  sso_denied: "Your organisation did not let you in.",
  sso_no_account: "Nobody has invited you to Durward yet. Ask an administrator of your tenant for an invitation.",
  sso_email: "Your organisation did not tell a verified e-mail address of yours.",
};

/** A path of this application, and of no other site. */
function safe(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) ? to : "/";
}

export function SignIn() {
  const [search] = useSearch();
  const [to, problem] = ["to", "problem"].map((name) => search.get(name) || undefined);
  const go = useGo();
  const providers = useQuery(providersQuery).data ?? [];
  const [withKey, setWithKey] = useState(false);
  const entry = useMutation({
    mutationFn: (credentials: Credentials) => signIn(credentials),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      go(safe(to));
    },
  });
  useLink((link) => entry.mutate({ link }));

  return (
    <Alone title="Sign in to Durward">
      <div className="stack">
        {problem && !entry.error && (
          <Notice tone="bad" role="alert">
            {problems[problem] ?? problems.sso_failed}
          </Notice>
        )}
        <Failure error={entry.error} />
        {providers.map((p) => (
          <Button key={p.id} variant="default" size="sm" component="a" href={`/auth/oidc/${encodeURIComponent(p.id)}/start?return=${encodeURIComponent(safe(to))}`}>
            Continue with {p.name}
          </Button>
        ))}
        {providers.length > 0 && <Divider label="or" />}
        {withKey ? <KeyForm busy={entry.isPending} onSend={entry.mutate} /> : <PasswordForm busy={entry.isPending} onSend={entry.mutate} />}
        <Anchor component="button" type="button" size="sm" onClick={() => setWithKey(!withKey)}>
          {withKey ? "Sign in with e-mail and password" : "Sign in with a key"}
        </Anchor>
      </div>
    </Alone>
  );
}

/** Takes the one-time link of the address, once, and out of the address. */
function useLink(use: (link: string) => void) {
  const used = useRef(false);
  useEffect(() => {
    const link = /^#link=(.+)$/.exec(location.hash)?.[1];
    if (link === undefined || used.current) return;
    used.current = true;
    history.replaceState(history.state, "", location.pathname + location.search);
    use(decodeURIComponent(link));
  });
}

interface FormProps {
  busy: boolean;
  onSend: (credentials: Credentials) => void;
}

function PasswordForm({ busy, onSend }: FormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Form busy={busy} onSend={() => onSend({ email, password })}>
      <TextInput label="E-mail" type="email" autoComplete="username" required autoFocus value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
      <PasswordInput label="Password" autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
    </Form>
  );
}

function KeyForm({ busy, onSend }: FormProps) {
  const [key, setKey] = useState("");
  return (
    <Form busy={busy} onSend={() => onSend({ key: key.trim() })}>
      <PasswordInput
        label="Key"
        description="A key of the tenant, or the operator's. It is kept for this session only, and by the server alone."
        autoComplete="off"
        required
        autoFocus
        value={key}
        onChange={(e) => setKey(e.currentTarget.value)}
      />
    </Form>
  );
}

function Form({ busy, onSend, children }: { busy: boolean; onSend: () => void; children: React.ReactNode }) {
  function submit(event: FormEvent) {
    event.preventDefault();
    onSend();
  }
  return (
    <form onSubmit={submit} className="stack">
      {children}
      <Button type="submit" size="sm" loading={busy}>
        Sign in
      </Button>
    </form>
  );
}
