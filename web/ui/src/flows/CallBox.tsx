import { Button, Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { sampleFor } from "../editor/samples";
import { CodeBlock } from "../parts/Copy";
import { Link } from "../parts/Link";
import { Failure, Notice } from "../parts/Notice";
import { Section } from "../parts/Page";
import { curlOf } from "../parts/ShowAsCode";
import { useMay } from "../shell/session";
import { listOf, type Slots } from "./edit";

/** How a login system calls the flow: a command that can be pasted as it is. */
export function CallBox({ tenant, flow, triggers, slots }: { tenant: string; flow: string; triggers: Schemas["Trigger"][]; slots: Slots }) {
  const may = useMay();
  const busy = triggers.find((t) => listOf(slots, { slot: t.slot }).length > 0);
  const [chosen, setChosen] = useState<string>();
  const trigger = triggers.find((t) => t.slot === chosen) ?? busy ?? triggers[0];
  const key = useMutation({
    mutationFn: () => ask(api.POST("/v1/tenants/{tenant}/keys", { params: { path: { tenant } }, body: { name: `to try ${flow}`, role: "execute" } })),
  });
  if (!trigger) return null;
  const secret = key.data?.secret;
  return (
    <Section
      title="Call it"
      note="What your login system sends, and the answer tells it what to do. It needs a key with the role execute."
      actions={<Select size="xs" w={180} aria-label="Slot to call" data={triggers.map((t) => t.slot)} value={trigger.slot} onChange={(value) => setChosen(value ?? undefined)} />}
    >
      <div className="stack tight">
        <Failure error={key.error} />
        <CodeBlock soft text={curlOf({ method: "POST", path: `/v1/tenants/${tenant}/flows/${flow}/slots/${trigger.slot}/execute`, body: callOf(trigger), key: secret ?? "$DURWARD_EXECUTE_KEY" })} label="Copy the call" />
        {secret && <Notice tone="good">The key is in the command, and is shown this once only. Revoke it in the settings when you have tried enough.</Notice>}
        <div className="row wrap">
          {may("admin") && !secret && (
            <Button variant="default" loading={key.isPending} onClick={() => key.mutate()}>
              Make a key for it
            </Button>
          )}
          <Link className="link small" href={`/t/${tenant}/runs?flow=${flow}`}>
            See the runs arrive
          </Link>
        </div>
      </div>
    </Section>
  );
}

function callOf(trigger: Schemas["Trigger"]): Record<string, unknown> {
  const { user, method, context } = sampleFor(trigger) as { user?: { id?: string; email?: string }; method?: string; context?: unknown };
  return { method, user: user && { id: user.id, email: user.email }, context };
}
