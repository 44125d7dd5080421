import { Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { tenantsQuery } from "../api/queries";
import { IconCheck, IconSelector } from "../icons";
import { useGo } from "../parts/Link";
import { useSession } from "./session";

/** The tenants that the session may see. */
export function useTenants(): { id: string; name: string }[] {
  const session = useSession();
  const all = useQuery({ ...tenantsQuery, enabled: session.operator });
  return session.operator ? (all.data ?? []) : session.tenants;
}

export function TenantSwitch({ tenant }: { tenant: string }) {
  const tenants = useTenants();
  const session = useSession();
  const go = useGo();
  const name = tenants.find((t) => t.id === tenant)?.name ?? tenant;
  return (
    <Menu position="bottom-start" width={240} withinPortal>
      <Menu.Target>
        <button type="button" className="side-item" aria-label={`Tenant ${name}. Switch.`} style={{ marginBottom: 6 }}>
          <img src="/favicon.svg" width={22} height={22} alt="" />
          <span className="grow clip" style={{ fontWeight: 600 }}>
            {name}
          </span>
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        <Menu.Label>Tenants</Menu.Label>
        {tenants.map((t) => (
          <Menu.Item
            key={t.id}
            rightSection={t.id === tenant ? <IconCheck size={15} stroke={1.8} /> : null}
            onClick={() => go(`/t/${t.id}/actions`)}
          >
            <div className="clip">{t.name}</div>
            {t.name !== t.id && <div className="muted small mono clip">{t.id}</div>}
          </Menu.Item>
        ))}
        {(session.operator || tenants.length > 1) && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => go("/")}>{session.operator ? "All tenants, new tenant" : "All tenants"}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
