import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";

import { IconCheck, IconCopy } from "../icons";

/** Copies a text, and says so. */
export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : label}>
          <ActionIcon onClick={copy} aria-label={label}>
            {copied ? <IconCheck size={15} stroke={1.8} /> : <IconCopy size={15} stroke={1.8} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A text that is meant to be copied. */
export function CodeBlock({ text, soft, label = "Copy" }: { text: string; soft?: boolean; label?: string }) {
  return (
    <div style={{ position: "relative" }}>
      <pre className={soft ? "code soft" : "code"} tabIndex={0} aria-label="Code">
        {text}
      </pre>
      <div style={{ position: "absolute", top: 5, right: 5, background: "var(--code)", borderRadius: 6 }}>
        <Copy text={text} label={label} />
      </div>
    </div>
  );
}
