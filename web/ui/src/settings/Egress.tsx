import { Button, MultiSelect, TagsInput } from "@mantine/core";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { Ago } from "../parts/Ago";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { queryClient } from "../queryClient";

type Change = Schemas["EgressChange"];

/** Where the tenant's actions may send requests, whatever they declare. */
export function Egress({ tenant }: { tenant: string }) {
  const key = [tenant, "egress"];
  const policy = useSuspenseQuery({ queryKey: key, queryFn: () => ask(api.GET("/v1/tenants/{tenant}/egress", { params: { path: { tenant } } })) }).data;
  const [hosts, setHosts] = useState(policy.hosts);
  const [methods, setMethods] = useState<string[]>(policy.methods);
  const [schemes, setSchemes] = useState<string[]>(policy.schemes);
  const saving = useMutation({
    mutationFn: () => ask(api.PUT("/v1/tenants/{tenant}/egress", { params: { path: { tenant } }, body: { revision: policy.revision, hosts, methods: methods as Change["methods"], schemes: schemes as Change["schemes"] } })),
    onSuccess: (saved) => {
      queryClient.setQueryData(key, saved);
      done("It holds from the next request on");
    },
  });
  return (
    <div className="stack" style={{ maxWidth: 560 }}>
      <TagsInput label="Hosts" description="As api.example.com or *.example.com, a :port may follow. None: every public host." placeholder={hosts.length === 0 ? "every public host" : undefined} splitChars={[",", " "]} value={hosts} onChange={setHosts} />
      <MultiSelect label="Methods" placeholder={methods.length === 0 ? "all" : undefined} data={["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]} value={methods} onChange={setMethods} />
      <MultiSelect label="Schemes" placeholder={schemes.length === 0 ? "both" : undefined} data={["https", "http"]} value={schemes} onChange={setSchemes} />
      <Failure error={saving.error} />
      <div className="row">
        <Button loading={saving.isPending} onClick={() => saving.mutate()}>
          Save
        </Button>
        {policy.updated_at && (
          <span className="muted small">
            saved <Ago time={policy.updated_at} /> by {policy.updated_by?.name}
          </span>
        )}
      </div>
    </div>
  );
}
