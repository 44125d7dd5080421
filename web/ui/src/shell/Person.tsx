import { Menu } from "@mantine/core";

import { signOut } from "../api/session";
import { IconLogout, IconSelector } from "../icons";
import { queryClient } from "../queryClient";
import { useGo } from "../parts/Link";
import { failed } from "../parts/notify";
import { roleIn, useSession, useTenant } from "./session";

/** Who is signed in, and the way out. */
export function Person() {
  const session = useSession();
  const role = roleIn(session, useTenant());
  const go = useGo();
  const name = session.person?.name || session.person?.email || session.key?.name || "operator";

  async function leave() {
    try {
      await signOut();
    } catch (error) {
      failed("You are still signed in", error);
      return;
    }
    queryClient.clear();
    go("/sign-in");
  }

  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <button type="button" className="side-item" title="Who is signed in">
          <span className="grow" style={{ minWidth: 0 }}>
            <span className="clip" style={{ display: "block" }}>
              {name}
            </span>
            <span className="muted small">
              {session.key ? "key, " : ""}
              {role}
            </span>
          </span>
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.person && <Menu.Label>{session.person.email}</Menu.Label>}
        <Menu.Item leftSection={<IconLogout size={15} stroke={1.8} />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
