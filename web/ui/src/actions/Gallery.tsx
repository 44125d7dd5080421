import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { templatesQuery } from "../api/queries";
import { Link } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { Tag } from "../parts/Tag";

/** The shipped actions, to begin with. */
export function Gallery({ tenant }: { tenant: string }) {
  const templates = useQuery(templatesQuery);
  return (
    <section aria-label="Templates">
      <Failure error={templates.error} />
      <table className="list">
        <tbody>
          {(templates.data ?? []).map((t) => (
            <tr key={t.slug}>
              <td>
                <div style={{ fontWeight: 500 }}>{t.name}</div>
                <div className="muted small">{t.description}</div>
              </td>
              <td>
                <div className="row wrap tight">
                  {t.triggers.map((trigger) => (
                    <Tag key={trigger}>{trigger}</Tag>
                  ))}
                </div>
              </td>
              <td className="end">
                <Button component={Link} href={`/t/${tenant}/actions/new?template=${t.slug}`} variant="default" aria-label={`Use ${t.name}`}>
                  Use
                </Button>
              </td>
            </tr>
          ))}
          <tr>
            <td>
              <div style={{ fontWeight: 500 }}>From nothing</div>
              <div className="muted small">A few lines for the trigger of your choice, with its types.</div>
            </td>
            <td />
            <td className="end">
              <Button component={Link} href={`/t/${tenant}/actions/new`} variant="default">
                Write
              </Button>
            </td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}
