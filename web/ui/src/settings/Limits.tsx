import { Button, NumberInput, TagsInput } from "@mantine/core";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { queryClient } from "../queryClient";

type Change = Schemas["LimitsChange"];

const fields = [
  { name: "wall_ms", label: "Time from start to end", suffix: " ms" },
  { name: "cpu_ms", label: "Computing", suffix: " ms" },
  { name: "memory_bytes", label: "Memory", suffix: " bytes" },
  { name: "requests", label: "Requests over the network", suffix: "" },
  { name: "request_bytes", label: "Requests and their answers together", suffix: " bytes" },
  { name: "log_lines", label: "Lines of log", suffix: "" },
] as const;

/** The most that one execution of the tenant may have. The operator's to say. */
export function Limits({ tenant }: { tenant: string }) {
  const key = [tenant, "limits"];
  const limits = useSuspenseQuery({ queryKey: key, queryFn: () => ask(api.GET("/v1/tenants/{tenant}/limits", { params: { path: { tenant } } })) }).data;
  const [change, setChange] = useState<Change>(() => {
    const { revision, updated_at: _at, updated_by: _by, ...rest } = limits;
    return { ...rest, revision };
  });
  const saving = useMutation({
    mutationFn: () => ask(api.PUT("/v1/tenants/{tenant}/limits", { params: { path: { tenant } }, body: { ...change, revision: limits.revision } })),
    onSuccess: (saved) => {
      queryClient.setQueryData(key, saved);
      done("It holds from the next execution on");
    },
  });
  return (
    <div className="stack" style={{ maxWidth: 420 }}>
      {fields.map((f) => (
        <NumberInput
          key={f.name}
          label={f.label}
          placeholder="the server's own maximum"
          suffix={f.suffix}
          thousandSeparator=" "
          min={1}
          value={change[f.name] ?? ""}
          onChange={(v) => setChange({ ...change, [f.name]: typeof v === "number" ? v : undefined })}
        />
      ))}
      <TagsInput
        label="Internal targets"
        description="What its actions reach although the address is not public, as host:port."
        splitChars={[",", " "]}
        value={change.internal_hosts ?? []}
        onChange={(internal_hosts) => setChange({ ...change, internal_hosts })}
      />
      <Failure error={saving.error} />
      <Button style={{ alignSelf: "flex-start" }} loading={saving.isPending} onClick={() => saving.mutate()}>
        Save
      </Button>
    </div>
  );
}
