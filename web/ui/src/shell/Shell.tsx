import { useMantineColorScheme } from "@mantine/core";
import { Outlet, useLocation } from "@tanstack/react-router";
import { Suspense, useEffect, useRef } from "react";

import { IconActions, IconDevice, IconFlows, IconHistory, IconMoon, IconRuns, IconSearch, IconSettings, IconSun } from "../icons";
import { Link } from "../parts/Link";
import { Finder, openFinder } from "./Finder";
import { Person } from "./Person";
import { useTenant } from "./session";
import { TenantSwitch } from "./TenantSwitch";

const places = [
  { to: "actions", label: "Actions", icon: IconActions },
  { to: "flows", label: "Flows", icon: IconFlows },
  { to: "runs", label: "Runs", icon: IconRuns },
  { to: "audit", label: "Audit", icon: IconHistory },
  { to: "settings", label: "Settings", icon: IconSettings },
] as const;

/** The frame of a tenant's pages. Another tenant gets another frame: no state of the one before can be seen in it. */
export function Shell() {
  const tenant = useTenant();
  return <Frame key={tenant} tenant={tenant} />;
}

function Frame({ tenant }: { tenant: string }) {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [pathname]);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Go to the content
      </a>
      <header className="side">
        <TenantSwitch tenant={tenant} />
        <button type="button" className="side-item" onClick={openFinder}>
          <IconSearch size={17} stroke={1.7} aria-hidden />
          <span className="grow">Go to…</span>
          <kbd className="muted small">Ctrl K</kbd>
        </button>
        <nav aria-label="Tenant">
          {places.map(({ to, label, icon: Icon }) => (
            <Link key={to} href={`/t/${tenant}/${to}`} className="side-item">
              <Icon size={17} stroke={1.7} aria-hidden />
              {label}
            </Link>
          ))}
        </nav>
        <div className="grow" />
        <SchemeSwitch />
        <Person />
      </header>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <Finder tenant={tenant} />
    </div>
  );
}

const schemes = { light: "dark", dark: "auto", auto: "light" } as const;

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = { light: IconSun, dark: IconMoon, auto: IconDevice }[colorScheme];
  const label = { light: "Light", dark: "Dark", auto: "As the system" }[colorScheme];
  return (
    <button type="button" className="side-item" onClick={() => setColorScheme(schemes[colorScheme])} aria-label={`Colours: ${label}. Change.`}>
      <Icon size={17} stroke={1.7} aria-hidden />
      {label}
    </button>
  );
}
