import type { ReactNode } from "react";

/** What stands where nothing is yet: why, and what to do next. */
export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
      {actions && <div className="row wrap">{actions}</div>}
    </div>
  );
}
