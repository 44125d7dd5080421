import { Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** The way here, as links. */
  crumbs?: ReactNode;
  /** Beside the title: tags. */
  beside?: ReactNode;
  /** At the right: buttons. */
  actions?: ReactNode;
  note?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A page with its head. */
export function Page({ title, crumbs, beside, actions, note, wide, children }: Props) {
  useDocumentTitle(`${title} · Durward`);
  return (
    <div className={wide ? "page page-wide" : "page"}>
      <div className="page-head">
        <div className="grow">
          {crumbs && <div className="crumbs">{crumbs}</div>}
          <div className="row wrap">
            <Title order={1} className="clip" title={title}>
              {title}
            </Title>
            {beside}
          </div>
          {note && <div className="muted small">{note}</div>}
        </div>
        {actions && <div className="row wrap">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A part of a page, with its own title. */
export function Section({ title, note, actions, children, id }: { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className="section" id={id} aria-label={title}>
      <div className="row wrap">
        <h2 className="section-title grow">{title}</h2>
        {actions}
      </div>
      {note && <p className="section-note small">{note}</p>}
      {children}
    </section>
  );
}
