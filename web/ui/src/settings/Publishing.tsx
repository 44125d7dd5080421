import { Radio } from "@mantine/core";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";

import { api, ask, type Schemas } from "../api/client";
import { Failure, Notice } from "../parts/Notice";
import { done } from "../parts/notify";
import { queryClient } from "../queryClient";
import { useMay } from "../shell/session";

/** What is asked of drafts that are published. */
export function Publishing({ tenant }: { tenant: string }) {
  const may = useMay();
  const key = [tenant, "publishing"];
  const publishing = useSuspenseQuery({ queryKey: key, queryFn: () => ask(api.GET("/v1/tenants/{tenant}/publishing", { params: { path: { tenant } } })) }).data;
  const saving = useMutation({
    mutationFn: (value: string) => ask(api.PUT("/v1/tenants/{tenant}/publishing", { params: { path: { tenant } }, body: { revision: publishing.revision, type_check: value as Schemas["PublishingChange"]["type_check"] } })),
    onSuccess: (saved) => {
      queryClient.setQueryData(key, saved);
      done("It holds from the next publication on");
    },
  });
  return (
    <div className="stack" style={{ maxWidth: 620 }}>
      <Radio.Group label="Wrong types" description="What is done with a draft whose types are wrong. The editor shows them in any case." value={publishing.type_check} onChange={(value) => saving.mutate(value)}>
        <div className="stack tight" style={{ marginTop: 10 }}>
          <Radio value="off" label="They are not checked" disabled={!may("admin")} />
          <Radio value="warn" label="It is published, with warnings" disabled={!may("admin")} />
          <Radio value="refuse" label="It is not published" disabled={!may("admin")} />
        </div>
      </Radio.Group>
      {!publishing.type_check_available && <Notice>The server has no TypeScript compiler: the operator starts it with one.</Notice>}
      <Failure error={saving.error} />
    </div>
  );
}
