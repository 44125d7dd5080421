import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";

import type { Role } from "../api/session";
import { includes } from "../api/session";
import { Link } from "../parts/Link";
import { Notice } from "../parts/Notice";
import { Page } from "../parts/Page";
import { ShowAsCode, type AsCode } from "../parts/ShowAsCode";
import { roleIn, useSession, useTenant } from "../shell/session";
import { Account } from "./Account";
import { Egress } from "./Egress";
import { Keys } from "./Keys";
import { Limits } from "./Limits";
import { Members } from "./Members";
import { Publishing } from "./Publishing";
import { Secrets } from "./Secrets";

const route = getRouteApi("/signed-in/t/$tenant/settings/$section");

interface Part {
  label: string;
  /** Who may read it. */
  role: Role;
  content: ComponentType<{ tenant: string }>;
  code: (tenant: string) => AsCode;
}

const parts: Record<string, Part> = {
  members: { label: "Members", role: "admin", content: Members, code: (t) => ({ curl: [{ path: `/v1/tenants/${t}/members` }, { path: `/v1/tenants/${t}/invitations` }] }) },
  keys: { label: "Keys", role: "admin", content: Keys, code: (t) => ({ cli: ["durward key list", "durward key create login-system --role execute"], curl: [{ path: `/v1/tenants/${t}/keys` }] }) },
  secrets: { label: "Secrets", role: "viewer", content: Secrets, code: (t) => ({ cli: ["durward secret list", "durward secret set API_KEY"], curl: [{ path: `/v1/tenants/${t}/secrets` }] }) },
  egress: { label: "Egress", role: "admin", content: Egress, code: (t) => ({ cli: ["durward egress show"], curl: [{ path: `/v1/tenants/${t}/egress` }] }) },
  publishing: { label: "Publishing", role: "viewer", content: Publishing, code: (t) => ({ cli: ["durward publishing show"], curl: [{ path: `/v1/tenants/${t}/publishing` }] }) },
  limits: { label: "Limits", role: "operator", content: Limits, code: (t) => ({ cli: ["durward limits show"], curl: [{ path: `/v1/tenants/${t}/limits` }] }) },
  account: { label: "Your account", role: "viewer", content: Account, code: () => ({ curl: [{ path: "/v1/session" }] }) },
};

export function SettingsPage() {
  const tenant = useTenant();
  const { section } = route.useParams();
  const role = roleIn(useSession(), tenant);
  const part = parts[section] ?? parts.secrets;
  const Content = part.content;
  return (
    <Page title="Settings" actions={<ShowAsCode tenant={tenant} {...part.code(tenant)} />}>
      <div className="settings">
        <nav aria-label="Settings">
          {Object.entries(parts).map(([name, p]) => (
            <Link key={name} href={`/t/${tenant}/settings/${name}`} className="side-item">
              {p.label}
            </Link>
          ))}
        </nav>
        <div style={{ minWidth: 0 }}>
          {includes(role, part.role) ? (
            <Content tenant={tenant} />
          ) : (
            <Notice>
              {part.label} are shown to the role {part.role}, and yours is {role}.
            </Notice>
          )}
        </div>
      </div>
    </Page>
  );
}
