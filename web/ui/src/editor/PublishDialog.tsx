import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { api, ask, ProblemError, type Schemas } from "../api/client";
import { flowsQuery, versionsQuery } from "../api/queries";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { queryClient } from "../queryClient";
import { CapabilityChanges } from "../versions/CapabilityChanges";
import { same, type DraftKeeper } from "./DraftKeeper";
import { Problem } from "./TestPanel";
import type { Workspace } from "./Workspace";

interface Props {
  tenant: string;
  action: Schemas["Action"];
  keeper: DraftKeeper;
  workspace?: Workspace;
  onClose: () => void;
  open: (path: string, at?: { line: number; column: number }) => void;
}

type Bump = "major" | "minor" | "patch";

/** The number after another one. */
export function bumped(version: string, bump: Bump): string {
  const [major, minor, patch] = version.split(/[-+]/)[0].split(".").map(Number);
  if (bump === "major") return `${major + 1}.0.0`;
  return bump === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** What a change is likely to be: what attachments of the version before may not do with is major. */
export function suggested(before: Schemas["VersionInfo"] | undefined, now: Schemas["Draft"] | DraftKeeper["state"]["source"]): { number: string; why: string } {
  if (!before) return { number: "1.0.0", why: "It is the first." };
  if (!same(before.config_schema ?? null, now.config_schema ?? null)) return { number: bumped(before.number, "major"), why: "The config schema is another one: configs that are valid now may not be any more." };
  if (before.triggers.some((t) => !now.triggers.includes(t))) return { number: bumped(before.number, "major"), why: "It works at fewer triggers." };
  const more = (a: string[] = [], b: string[] = []) => b.some((x) => !a.includes(x));
  if (more(before.triggers, now.triggers) || more(before.hosts, now.hosts) || more(before.secrets, now.secrets)) return { number: bumped(before.number, "minor"), why: "It declares more than before." };
  return { number: bumped(before.number, "patch"), why: "Config, triggers, hosts and secrets are as before." };
}

export function PublishDialog({ tenant, action, keeper, workspace, onClose, open }: Props) {
  const versions = useQuery(versionsQuery(tenant, action.slug));
  const flows = useQuery(flowsQuery(tenant)).data ?? [];
  const before = versions.data?.[0];
  const suggestion = suggested(before, keeper.state.source);
  const [number, setNumber] = useState<string>();
  const [message, setMessage] = useState("");
  const publication = useMutation({
    mutationFn: async () => {
      if (!(await keeper.save())) throw new Error("The draft is not saved, so that it cannot be published. The reason stands beside its name.");
      return ask(api.POST("/v1/tenants/{tenant}/actions/{action}/versions", { params: { path: { tenant, action: action.slug } }, body: { number: number ?? suggestion.number, message: message || undefined } }));
    },
    onSuccess: async (published) => {
      workspace?.show(published.warnings ?? []);
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"] });
    },
    onError: (error) => {
      if (error instanceof ProblemError) workspace?.show(error.problem.diagnostics ?? []);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    publication.mutate();
  }
  function show(path: string, at?: { line: number; column: number }) {
    onClose();
    open(path, at);
  }
  const published = publication.data;
  const flow = flows.find((f) => keeper.state.source.triggers.some((t) => t.startsWith(`${f.kind}.`)));
  return (
    <Modal opened onClose={onClose} size="lg" title={published ? `${action.name} ${published.number} is published` : `Publish ${action.name}`}>
      {published ? (
        <div className="stack">
          <CapabilityChanges changes={published.changes} />
          {(published.warnings ?? []).length > 0 && (
            <Notice tone="warn">
              {published.warnings!.map((w, i) => (
                <div key={i}>
                  {w.file && `${w.file}:${w.line}: `}
                  {w.text}
                </div>
              ))}
            </Notice>
          )}
          <p className="muted" style={{ margin: 0 }}>
            It runs nowhere until a flow has it attached.
          </p>
          <div className="row">
            {action.kind !== "module" && (
              <Button component={Link} data-autofocus href={flow ? `/t/${tenant}/flows/${flow.slug}?attach=${action.slug}@${published.number}` : `/t/${tenant}/flows?attach=${action.slug}@${published.number}`}>
                Attach it to a flow
              </Button>
            )}
            <Button variant="default" component={Link} href={`/t/${tenant}/actions/${action.slug}/versions`}>
              See all versions
            </Button>
            <Button variant="subtle" color="gray" onClick={onClose}>
              Close
            </Button>
          </div>
        </div>
      ) : (
        <form className="stack" onSubmit={submit}>
          <Problem error={publication.error} open={show} />
          <TextInput
            label="Version"
            description={versions.data ? suggestion.why : "…"}
            required
            w={220}
            value={number ?? (versions.data ? suggestion.number : "")}
            onChange={(e) => setNumber(e.currentTarget.value)}
            classNames={{ input: "mono" }}
          />
          {before && (
            <div className="row">
              <span className="small muted">After {before.number}:</span>
              {(["patch", "minor", "major"] as const).map((bump) => (
                <Button key={bump} variant="default" onClick={() => setNumber(bumped(before.number, bump))}>
                  {bump} {bumped(before.number, bump)}
                </Button>
              ))}
            </div>
          )}
          <Textarea label="What is new" autosize minRows={2} data-autofocus value={message} onChange={(e) => setMessage(e.currentTarget.value)} />
          <Declared before={before} source={keeper.state.source} />
          <div className="row">
            <Button type="submit" loading={publication.isPending} disabled={!versions.data}>
              Publish
            </Button>
            <Button variant="subtle" color="gray" onClick={onClose}>
              Cancel
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** What the draft declares that the version before it does not, and the reverse: what its reviewers will ask about. */
function Declared({ before, source }: { before?: Schemas["VersionInfo"]; source: DraftKeeper["state"]["source"] }) {
  const lines = (kind: string, old: string[] = [], now: string[] = []) => [
    ...now.filter((x) => !old.includes(x)).map((name) => ({ sign: "+", kind, name })),
    ...old.filter((x) => !now.includes(x)).map((name) => ({ sign: "−", kind, name })),
  ];
  const all = [...lines("host", before?.hosts, source.hosts), ...lines("secret", before?.secrets, source.secrets)];
  if (all.length === 0) return null;
  return (
    <Notice tone="warn">
      {all.map((line) => (
        <div key={line.sign + line.kind + line.name}>
          {line.sign} {line.kind} <span className="mono">{line.name}</span>
        </div>
      ))}
    </Notice>
  );
}
