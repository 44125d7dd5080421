import { TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { secretsQuery } from "../api/queries";
import { Ago } from "../parts/Ago";
import { CodeBlock } from "../parts/Copy";
import { Link } from "../parts/Link";
import { Tag } from "../parts/Tag";
import type { Source } from "./DraftKeeper";

interface Props {
  tenant: string;
  source: Source;
  readOnly: boolean;
  edit: (change: Partial<Source>) => void;
}

/** What the action may read and reach: what a version declares is what it gets, and nothing else. */
export function SecretsPanel({ tenant, source, readOnly, edit }: Props) {
  const secrets = useQuery(secretsQuery(tenant)).data ?? [];
  const declared = source.secrets ?? [];
  return (
    <div className="stack panel">
      <TagsInput
        label="Secrets"
        description="Names. The code reads them as input.secrets.NAME; nobody sees their values here."
        placeholder={declared.length === 0 ? "API_KEY" : undefined}
        data={secrets.map((s) => s.name)}
        disabled={readOnly}
        splitChars={[",", " "]}
        value={declared}
        onChange={(value) => edit({ secrets: value })}
      />
      {declared.length > 0 && (
        <table className="list">
          <tbody>
            {declared.map((name) => {
              const secret = secrets.find((s) => s.name === name);
              return (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td>{secret ? secret.brokered ? <Tag tone="good">brokered</Tag> : <Tag>readable</Tag> : <Tag tone="warn">not set</Tag>}</td>
                  <td className="muted small">
                    {secret ? (
                      <Ago time={secret.updated_at} />
                    ) : (
                      <Link href={`/t/${tenant}/settings/secrets?name=${encodeURIComponent(name)}`} className="link">
                        Set it
                      </Link>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <TagsInput
        label="Hosts"
        description="Where fetch may send requests: api.example.com, *.example.com, or * for all that the tenant allows."
        placeholder={(source.hosts ?? []).length === 0 ? "api.example.com" : undefined}
        disabled={readOnly}
        splitChars={[",", " "]}
        value={source.hosts ?? []}
        onChange={(value) => edit({ hosts: value })}
      />
      <CodeBlock soft text={`const answer = await fetch("https://${source.hosts?.[0]?.replace(/^\*\.?/, "api.example.com") || "api.example.com"}/users", {\n  headers: { authorization: \`Bearer \${input.secrets.${declared[0] ?? "API_KEY"}}\` },\n});`} />
    </div>
  );
}
