import { Button, PasswordInput, Switch, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask } from "../api/client";
import { secretsQuery } from "../api/queries";
import { Ago } from "../parts/Ago";
import { Empty } from "../parts/Empty";
import { useSearch } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { done, failed } from "../parts/notify";
import { Section } from "../parts/Page";
import { Tag } from "../parts/Tag";
import { queryClient } from "../queryClient";
import { useMay } from "../shell/session";

/** The names of secrets, and a way to set their values, which nobody ever reads here. */
export function Secrets({ tenant }: { tenant: string }) {
  const may = useMay();
  const [search] = useSearch();
  const secrets = useQuery(secretsQuery(tenant));
  const [name, setName] = useState(search.get("name") ?? "");
  const [value, setValue] = useState("");
  const [brokered, setBrokered] = useState(false);
  const [hosts, setHosts] = useState<string[]>([]);
  const again = () => queryClient.invalidateQueries({ queryKey: [tenant, "secrets"] });
  const setting = useMutation({
    mutationFn: () =>
      ask(api.PUT("/v1/tenants/{tenant}/secrets/{secret}", { params: { path: { tenant, secret: name.trim() } }, body: { value, brokered: brokered || undefined, hosts: brokered ? hosts : undefined } })),
    onSuccess: (secret) => {
      setName("");
      setValue("");
      done(`${secret.name} is set`);
      void again();
    },
  });
  async function remove(secret: string) {
    try {
      await ask(api.DELETE("/v1/tenants/{tenant}/secrets/{secret}", { params: { path: { tenant, secret } } }));
      await again();
    } catch (error) {
      failed(`${secret} is still there`, error);
    }
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    setting.mutate();
  }
  return (
    <>
      {may("admin") && (
        <form className="stack" onSubmit={submit}>
          <div className="row wrap" style={{ alignItems: "flex-end" }}>
            <TextInput className="grow" label="Name" placeholder="API_KEY" required classNames={{ input: "mono" }} value={name} onChange={(e) => setName(e.currentTarget.value)} />
            <PasswordInput className="grow" label="Value" autoComplete="off" required value={value} onChange={(e) => setValue(e.currentTarget.value)} />
            <Button type="submit" size="sm" loading={setting.isPending}>
              Set
            </Button>
          </div>
          <Switch
            label="Brokered: the code never has the value; the server puts it into requests to these hosts"
            checked={brokered}
            onChange={(e) => setBrokered(e.currentTarget.checked)}
          />
          {brokered && <TagsInput label="Hosts" placeholder="api.example.com" splitChars={[",", " "]} value={hosts} onChange={setHosts} />}
          <Failure error={setting.error} />
        </form>
      )}
      <Section title="Secrets" note="Sealed where they are kept, and opened only for versions that declare them. No answer of the server has a value.">
        <Failure error={secrets.error} />
        {secrets.data?.length === 0 ? (
          <Empty title="No secrets are set">Actions that call other systems keep their keys here.</Empty>
        ) : (
          <table className="list">
            <tbody>
              {(secrets.data ?? []).map((s) => (
                <tr key={s.name}>
                  <td className="mono">{s.name}</td>
                  <td>{s.brokered ? <Tag tone="good">brokered to {(s.hosts ?? []).join(", ")}</Tag> : <Tag>readable by code</Tag>}</td>
                  <td className="muted small">
                    set <Ago time={s.updated_at} />, by {s.updated_by.name}
                  </td>
                  <td className="end" style={{ whiteSpace: "nowrap" }}>
                    {may("admin") && (
                      <>
                        <Button variant="subtle" color="gray" onClick={() => setName(s.name)}>
                          Replace
                        </Button>
                        <Button variant="subtle" color="red" onClick={() => void remove(s.name)}>
                          Delete
                        </Button>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </>
  );
}
