import { Button, Menu, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";

import { api, ask, ProblemError, type Schemas } from "../api/client";
import { triggersQuery } from "../api/queries";
import { ConfigEditor } from "../config/ConfigEditor";
import { IconPlay } from "../icons";
import { Failure, Notice } from "../parts/Notice";
import { ShowAsCode, quoted } from "../parts/ShowAsCode";
import { Tag } from "../parts/Tag";
import { CodeView } from "./CodeView";
import type { DraftKeeper, State } from "./DraftKeeper";
import { monaco } from "./monaco";
import { sampleFor, savedSamples, saveSamples, type SavedSample } from "./samples";
import { defaultsOf, needsConfig } from "./schemas";
import { TrialResult } from "./TrialResult";
import type { Workspace } from "./Workspace";

interface Props {
  tenant: string;
  slug: string;
  keeper: DraftKeeper;
  state: State;
  workspace?: Workspace;
  open: (path: string, at?: { line: number; column: number }) => void;
  run: RefObject<(() => void) | undefined>;
  disabled: boolean;
}

/** Runs the draft on an event, in the same sandbox as production. */
export function TestPanel({ tenant, slug, keeper, state, workspace, open, run, disabled }: Props) {
  const { source } = state;
  const triggers = useQuery(triggersQuery).data ?? [];
  const [samples, setSamples] = useState(() => savedSamples(tenant, slug));
  const [chosen, setChosen] = useState<string>();
  const trigger = chosen && source.triggers.includes(chosen as never) ? chosen : source.triggers[0];
  const [event, setEvent] = useEvent(tenant, slug, trigger, triggers);
  const [config, setConfig] = useState<unknown>(() => defaultsOf(source.config_schema));
  const [sample, setSample] = useState<SavedSample>();
  const [needed] = useState(() => needsConfig(source.config_schema));

  const outcome = useRef<HTMLDivElement>(null);
  const trial = useMutation({
    mutationFn: async () => {
      await keeper.save();
      const body = { trigger, event: JSON.parse(event.getValue()), config: source.config_schema ? config : undefined } as Schemas["Trial"];
      return ask(api.POST("/v1/tenants/{tenant}/actions/{action}/draft/run", { params: { path: { tenant, action: slug } }, body }));
    },
    onSuccess: (result) => workspace?.show(result.warnings ?? []),
    onSettled: () => requestAnimationFrame(() => outcome.current?.scrollIntoView({ block: "nearest" })),
    onError: (error) => {
      if (error instanceof ProblemError) workspace?.show(error.problem.diagnostics ?? []);
    },
  });
  const start = () => {
    if (!trial.isPending && !disabled) trial.mutate();
  };
  useEffect(() => {
    run.current = start;
    return () => {
      run.current = undefined;
    };
  });

  function keepSample() {
    const name = `${trigger} ${samples.length + 1}`;
    const kept: SavedSample = { name, trigger: trigger ?? "", event: event.getValue(), config, expect: (trial.data?.outcome as { kind?: string } | undefined)?.kind };
    const list = [...samples, kept];
    saveSamples(tenant, slug, list);
    setSamples(list);
    setSample(kept);
  }
  function useSample(kept: SavedSample) {
    setChosen(kept.trigger);
    setEvent(kept.trigger, kept.event);
    setConfig(kept.config);
    setSample(kept);
    trial.reset();
  }
  function forget(kept: SavedSample) {
    const list = samples.filter((s) => s !== kept);
    saveSamples(tenant, slug, list);
    setSamples(list);
    if (sample === kept) setSample(undefined);
  }

  if (source.triggers.length === 0) return <div className="panel muted">A shared module does not run on its own: test an action that imports it.</div>;
  const kind = (trial.data?.outcome as { kind?: string } | undefined)?.kind;
  return (
    <div className="stack panel">
      <div className="row wrap">
        <Select
          aria-label="Trigger"
          size="xs"
          className="grow"
          data={source.triggers}
          value={trigger}
          onChange={(value) => {
            setChosen(value ?? undefined);
            setSample(undefined);
          }}
        />
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button variant="default">Samples</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setEvent(trigger!, sampleText(trigger!, triggers))}>The trigger's own</Menu.Item>
            <Menu.Item onClick={keepSample}>Keep this one, with its outcome</Menu.Item>
            {samples.length > 0 && <Menu.Divider />}
            {samples.map((s) => (
              <Menu.Item key={s.name} onClick={() => useSample(s)} rightSection={s.expect && <Tag>{s.expect}</Tag>}>
                {s.name}
              </Menu.Item>
            ))}
            {sample && <Menu.Item color="red" onClick={() => forget(sample)}>Forget {sample.name}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
        <Button leftSection={<IconPlay size={14} stroke={2} />} onClick={start} loading={trial.isPending} disabled={disabled} title="Ctrl Enter in the code">
          Run
        </Button>
      </div>
      <div>
        <div className="small muted" style={{ marginBottom: 4 }}>
          Event: what the login system sends
        </div>
        <div className="event">
          <CodeView model={event} label="Event" plain height={190} onRun={start} />
        </div>
      </div>
      {source.config_schema !== undefined && source.config_schema !== null && (
        <details open={needed}>
          <summary className="small muted">Config</summary>
          <ConfigEditor schema={source.config_schema} value={config} onChange={setConfig} id="trial" />
        </details>
      )}
      <div aria-live="polite" className="stack" ref={outcome}>
        {trial.error instanceof SyntaxError ? <Notice tone="bad">The event is not JSON.</Notice> : <Problem error={trial.error} open={open} />}
        {sample?.expect && trial.data && (
          <Notice tone={kind === sample.expect ? "good" : "bad"}>
            {kind === sample.expect ? `As expected: ${sample.expect}.` : `Expected ${sample.expect}, and it is ${kind ?? "a failure"}.`}
          </Notice>
        )}
        {trial.data && <TrialResult result={trial.data} open={open} />}
        {!trial.data && !trial.error && <p className="muted small" style={{ margin: 0 }}>Run the draft to see what it answers. Nothing is stored, and nobody's sign-in is touched.</p>}
      </div>
      <div>
        <ShowAsCode
          tenant={tenant}
          cli={[`durward action run ${slug} --trigger ${trigger} --event ${quoted(oneLine(event.getValue()))}${source.config_schema ? ` --config ${quoted(JSON.stringify(config))}` : ""}`]}
          curl={[{ method: "POST", path: `/v1/tenants/${tenant}/actions/${slug}/draft/run`, body: { trigger, event: safeParse(event.getValue()), config } }]}
        />
      </div>
    </div>
  );
}

/** What keeps the draft from running, with its places. */
export function Problem({ error, open }: { error: unknown; open: Props["open"] }) {
  if (!error) return null;
  const diagnostics = error instanceof ProblemError ? (error.problem.diagnostics ?? []) : [];
  if (diagnostics.length === 0) return <Failure error={error} />;
  return (
    <Notice tone="bad" role="alert">
      {(error as ProblemError).problem.title}
      {diagnostics.map((d, i) => (
        <div key={i} style={{ marginTop: 4 }}>
          {d.file && (
            <button type="button" className="place" onClick={() => open(d.file!, { line: d.line ?? 1, column: d.column ?? 1 })}>
              {d.file}:{d.line}:{d.column}
            </button>
          )}{" "}
          {d.text} {d.hint}
        </div>
      ))}
    </Notice>
  );
}

function sampleText(trigger: string, triggers: Schemas["Trigger"][]): string {
  const known = triggers.find((t) => t.id === trigger);
  return `${JSON.stringify(known ? sampleFor(known) : {}, null, 2)}\n`;
}

function oneLine(text: string): string {
  const value = safeParse(text);
  return value === undefined ? text : JSON.stringify(value);
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The event's text for each trigger, as the author has left it. It outlives a reload. */
function useEvent(tenant: string, slug: string, trigger: string | undefined, triggers: Schemas["Trigger"][]) {
  const [model] = useState(() => monaco.editor.createModel("{}", "json"));
  useEffect(() => () => model.dispose(), [model]);
  const key = (of: string) => `durward-event/${tenant}/${slug}/${of}`;
  useEffect(() => {
    if (trigger === undefined || triggers.length === 0) return;
    model.setValue(localStorage.getItem(key(trigger)) ?? sampleText(trigger, triggers));
    const listening = model.onDidChangeContent(() => localStorage.setItem(key(trigger), model.getValue()));
    return () => listening.dispose();
  }, [model, tenant, slug, trigger, triggers]);
  const set = (of: string, text: string) => {
    localStorage.setItem(key(of), text);
    if (of === trigger) model.setValue(text);
  };
  return [model, set] as const;
}
