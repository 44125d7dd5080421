import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Suspense, useEffect, useState, type FormEvent } from "react";

import { api, ask } from "../api/client";
import { signOut } from "../api/session";
import { queryClient } from "../queryClient";
import { useSession } from "../shell/session";
import { useTenants } from "../shell/TenantSwitch";
import { Link, useGo } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Alone } from "./Alone";

/** Where one arrives: the tenant, if there is one only. */
export function Home() {
  return (
    <Suspense>
      <Choice />
    </Suspense>
  );
}

function Choice() {
  const session = useSession();
  const tenants = useTenants();
  const go = useGo();
  const only = !session.operator && tenants.length === 1 ? tenants[0].id : undefined;
  useEffect(() => {
    if (only !== undefined) go(`/t/${only}/actions`, { replace: true });
  }, [go, only]);
  if (only !== undefined) return null;
  async function leave() {
    await signOut();
    queryClient.clear();
    go("/sign-in");
  }
  return (
    <Alone title="Tenants" width={460}>
      <div className="stack">
        {tenants.length === 0 && (
          <p className="muted" style={{ margin: 0 }}>
            {session.operator ? "There is no tenant yet. A tenant owns actions, flows and keys: make the first one." : "You are a member of no tenant. Ask an administrator for an invitation."}
          </p>
        )}
        <nav aria-label="Tenants">
          {tenants.map((t) => (
            <Link key={t.id} href={`/t/${t.id}/actions`} className="side-item">
              <span className="grow clip">{t.name}</span>
              <span className="muted small mono clip">{t.id}</span>
            </Link>
          ))}
        </nav>
        {session.operator && <NewTenant first={tenants.length === 0} />}
        <Button variant="subtle" color="gray" onClick={leave}>
          Sign out
        </Button>
      </div>
    </Alone>
  );
}

function NewTenant({ first }: { first: boolean }) {
  const [id, setID] = useState("");
  const go = useGo();
  const creation = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants", { body: { id } })),
    onSuccess: async (tenant) => {
      await queryClient.invalidateQueries({ queryKey: ["tenants"] });
      go(`/t/${tenant.id}/actions`);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    creation.mutate();
  }
  return (
    <form onSubmit={submit} className="stack tight">
      <Failure error={creation.error} />
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          className="grow"
          label={first ? "The first tenant's id" : "Id of a new tenant"}
          description="Lower-case letters, digits and hyphens. It never changes."
          required
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
          maxLength={63}
          value={id}
          onChange={(e) => setID(e.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={creation.isPending}>
          Create
        </Button>
      </div>
    </form>
  );
}
