import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A page with one thing to do. */
export function Alone({ title, children, width = 380 }: { title: string; children: ReactNode; width?: number }) {
  useDocumentTitle(`${title} · Durward`);
  return (
    <main className="alone">
      <div className="alone-card" style={{ maxWidth: width }}>
        <div className="row" style={{ marginBottom: 18 }}>
          <img src="/favicon.svg" width={28} height={28} alt="" />
          <h1 style={{ fontSize: 17, margin: 0, fontWeight: 600 }}>{title}</h1>
        </div>
        {children}
      </div>
    </main>
  );
}
