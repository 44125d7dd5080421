import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";

import type { Schemas } from "../api/client";
import { templatesQuery } from "../api/queries";
import { IconSearch } from "../icons";
import { Link } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Tag } from "../parts/Tag";

/** The shipped actions, by what they are about, to begin with. */
export function Gallery({ tenant }: { tenant: string }) {
  const templates = useQuery(templatesQuery);
  const [find, setFind] = useState("");
  const words = find.toLowerCase();
  const shown = (templates.data ?? []).filter((t) => `${t.name} ${t.description} ${t.category} ${t.triggers.join(" ")}`.toLowerCase().includes(words));
  const categories = [...new Set(shown.map((t) => t.category))].sort();
  const base = `/t/${tenant}/actions/new`;
  return (
    <section aria-label="Templates">
      <Failure error={templates.error} />
      <div className="row wrap" style={{ marginBottom: 6 }}>
        <TextInput
          aria-label="Find templates"
          placeholder="Find a template"
          size="xs"
          w={280}
          leftSection={<IconSearch size={14} stroke={1.8} />}
          value={find}
          onChange={(e) => setFind(e.currentTarget.value)}
        />
        <span className="grow" />
        <Button component={Link} href={base} variant="default">
          Write one from nothing
        </Button>
      </div>
      <table className="list">
        <tbody>
          {categories.map((category) => (
            <Fragment key={category}>
              <tr className="list-group">
                <th scope="rowgroup" colSpan={3}>
                  {category}
                </th>
              </tr>
              {shown
                .filter((t) => t.category === category)
                .map((t) => (
                  <Template key={t.slug} template={t} href={`${base}?template=${t.slug}`} />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** How many triggers a row names before it counts the others. */
const named = 2;

function Template({ template: t, href }: { template: Schemas["Template"]; href: string }) {
  return (
    <tr>
      <td>
        <div style={{ fontWeight: 500 }}>{t.name}</div>
        <div className="muted small">{t.description}</div>
      </td>
      <td>
        <div className="row wrap tight" title={t.triggers.join(", ")}>
          {t.triggers.slice(0, named).map((trigger) => (
            <Tag key={trigger}>{trigger}</Tag>
          ))}
          {t.triggers.length > named && <span className="muted small">and {t.triggers.length - named} more</span>}
        </div>
      </td>
      <td className="end">
        <Button component={Link} href={href} variant="default" aria-label={`Use ${t.name}`}>
          Use
        </Button>
      </td>
    </tr>
  );
}
