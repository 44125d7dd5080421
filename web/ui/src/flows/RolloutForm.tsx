import { ActionIcon, Button, NumberInput, Select, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask, type Schemas } from "../api/client";
import { IconPlus, IconX } from "../icons";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { queryClient } from "../queryClient";
import type { Slots } from "./edit";

interface Step {
  percent: number;
  minutes: number;
}

interface Guard {
  metric: string;
  ratio: number;
}

const watched = [
  { value: "error_rate", label: "Errors" },
  { value: "block_rate", label: "Blocked" },
  { value: "mfa_rate", label: "Second factor" },
  { value: "redirect_rate", label: "Redirected" },
  { value: "p95_ms", label: "95th percentile of the time" },
];

/** How a candidate is brought in: the shares, how long each lasts, and what takes it back. */
export function RolloutForm({ tenant, flow, base, slots, onStarted }: { tenant: string; flow: string; base: number; slots: Slots; onStarted: () => void }) {
  const [steps, setSteps] = useState<Step[]>([
    { percent: 5, minutes: 30 },
    { percent: 25, minutes: 60 },
    { percent: 50, minutes: 60 },
  ]);
  const [guards, setGuards] = useState<Guard[]>([
    { metric: "error_rate", ratio: 2 },
    { metric: "block_rate", ratio: 2 },
  ]);
  const [message, setMessage] = useState("");
  const start = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/v1/tenants/{tenant}/flows/{flow}/rollout", {
          params: { path: { tenant, flow } },
          body: {
            base,
            slots,
            message: message || undefined,
            steps: steps.map((s) => ({ percent: s.percent, duration_seconds: s.minutes > 0 ? Math.round(s.minutes * 60) : undefined })),
            guards: guards.map((g) => ({ metric: g.metric as Schemas["RolloutGuard"]["metric"], max_ratio: g.ratio })),
          },
        }),
      ),
    onSuccess: async (rollout) => {
      onStarted();
      await queryClient.invalidateQueries({ queryKey: [tenant] });
      done(`Revision ${rollout.candidate} is tried at ${rollout.percent} %`);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    start.mutate();
  }
  const step = (i: number, change: Partial<Step>) => setSteps(steps.map((s, j) => (i === j ? { ...s, ...change } : s)));
  const guard = (i: number, change: Partial<Guard>) => setGuards(guards.map((g, j) => (i === j ? { ...g, ...change } : g)));
  return (
    <form className="stack" onSubmit={submit} style={{ maxWidth: 640 }}>
      <Failure error={start.error} />
      <fieldset className="plain-set">
        <legend>Steps</legend>
        <div className="stack tight">
          {steps.map((s, i) => (
            <div key={i} className="row">
              <NumberInput size="xs" w={100} aria-label={`Share of step ${i + 1}`} suffix=" %" min={0} max={100} value={s.percent} onChange={(v) => step(i, { percent: Number(v) })} />
              <span className="small muted">of the users for at least</span>
              <NumberInput size="xs" w={110} aria-label={`Minutes of step ${i + 1}`} suffix=" min" min={0} value={s.minutes} onChange={(v) => step(i, { minutes: Number(v) })} />
              <span className="small muted grow">{s.minutes === 0 && "until it is promoted"}</span>
              <ActionIcon aria-label={`Remove step ${i + 1}`} disabled={steps.length === 1} onClick={() => setSteps(steps.filter((_, j) => j !== i))}>
                <IconX size={15} stroke={1.8} />
              </ActionIcon>
            </div>
          ))}
          <Button variant="subtle" color="gray" leftSection={<IconPlus size={14} stroke={2} />} style={{ alignSelf: "flex-start" }} onClick={() => setSteps([...steps, { percent: Math.min(100, (steps.at(-1)?.percent ?? 0) * 2), minutes: 60 }])}>
            Step
          </Button>
        </div>
      </fieldset>
      <fieldset className="plain-set">
        <legend>Guards: what takes it back by itself</legend>
        <div className="stack tight">
          {guards.map((g, i) => (
            <div key={i} className="row">
              <Select size="xs" w={220} aria-label={`What guard ${i + 1} watches`} data={watched} value={g.metric} onChange={(v) => guard(i, { metric: v ?? g.metric })} />
              <span className="small muted">more than</span>
              <NumberInput size="xs" w={90} aria-label={`Bound of guard ${i + 1}`} suffix=" ×" min={1} max={1000} decimalScale={2} value={g.ratio} onChange={(v) => guard(i, { ratio: Number(v) })} />
              <span className="small muted grow">what stable has</span>
              <ActionIcon aria-label={`Remove guard ${i + 1}`} onClick={() => setGuards(guards.filter((_, j) => j !== i))}>
                <IconX size={15} stroke={1.8} />
              </ActionIcon>
            </div>
          ))}
          <Button variant="subtle" color="gray" leftSection={<IconPlus size={14} stroke={2} />} style={{ alignSelf: "flex-start" }} onClick={() => setGuards([...guards, { metric: "p95_ms", ratio: 2 }])}>
            Guard
          </Button>
        </div>
      </fieldset>
      <Textarea label="What is new" autosize minRows={2} value={message} onChange={(e) => setMessage(e.currentTarget.value)} />
      <Button type="submit" style={{ alignSelf: "flex-start" }} loading={start.isPending}>
        Start
      </Button>
    </form>
  );
}
