import { Button, Drawer, Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { IconTerminal } from "../icons";
import { CodeBlock } from "./Copy";

export interface AsCode {
  /** Commands of durward, each on a line. The variables of the tenant and the key are taken to be set. */
  cli?: string[];
  /** Calls of the API. */
  curl?: Call[];
  /** The same as a file, for version control. */
  file?: { name: string; text: string };
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  /** What stands for the key; the session of this browser is no key, and is shown to nobody. */
  key?: string;
}

/** A word that a shell takes as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function curlOf({ method = "GET", path, body, key = "$DURWARD_KEY" }: Call): string {
  const lines = [`curl -s ${method === "GET" ? "" : `-X ${method} `}${quoted(location.origin + path)}`, `  -H "Authorization: Bearer ${key}"`];
  if (body !== undefined) {
    lines.push(`  -H 'Content-Type: application/json'`, `  -d ${quoted(JSON.stringify(body))}`);
  }
  return lines.join(" \\\n");
}

/** Shows what a screen shows as a command, a call of the API and a file. */
export function ShowAsCode({ tenant, cli, curl, file }: AsCode & { tenant: string }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<IconTerminal size={15} stroke={1.8} />} onClick={open}>
        Show as code
      </Button>
      <Drawer opened={opened} onClose={close} position="right" size="lg" title="As code">
        {opened && <Content tenant={tenant} cli={cli} curl={curl} file={file} />}
      </Drawer>
    </>
  );
}

function Content({ tenant, cli, curl, file }: AsCode & { tenant: string }) {
  const first = cli ? "cli" : curl ? "curl" : "file";
  return (
    <div className="stack">
      <p className="muted small" style={{ margin: 0 }}>
        Commands and calls take the server, the tenant and a key from the shell:
      </p>
      <CodeBlock text={`export DURWARD_URL=${location.origin} DURWARD_TENANT=${quoted(tenant)} DURWARD_KEY=…`} soft />
      <Tabs defaultValue={first} keepMounted={false}>
        <Tabs.List>
          {cli && <Tabs.Tab value="cli">Command line</Tabs.Tab>}
          {curl && <Tabs.Tab value="curl">curl</Tabs.Tab>}
          {file && <Tabs.Tab value="file">File</Tabs.Tab>}
        </Tabs.List>
        {cli && (
          <Tabs.Panel value="cli" pt="sm">
            <CodeBlock text={cli.join("\n")} soft />
          </Tabs.Panel>
        )}
        {curl && (
          <Tabs.Panel value="curl" pt="sm">
            <CodeBlock text={curl.map(curlOf).join("\n\n")} soft />
          </Tabs.Panel>
        )}
        {file && (
          <Tabs.Panel value="file" pt="sm">
            <div className="muted small mono" style={{ marginBottom: 6 }}>
              {file.name}
            </div>
            <CodeBlock text={file.text} />
          </Tabs.Panel>
        )}
      </Tabs>
    </div>
  );
}
