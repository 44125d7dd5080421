import { JsonInput, SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

const ConfigForm = lazy(() => import("./ConfigForm"));

interface Props {
  schema: unknown;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled?: boolean;
  id?: string;
}

/** A config, as a form or as JSON. */
export function ConfigEditor({ schema, value, onChange, disabled, id }: Props) {
  const [as, setAs] = useState("form");
  const [text, setText] = useState<string>();
  const json = text ?? JSON.stringify(value ?? {}, null, 2);
  function write(next: string) {
    setText(next);
    try {
      onChange(JSON.parse(next));
    } catch {
      // The field says that it is not JSON yet.
    }
  }
  return (
    <div className="stack tight">
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <SegmentedControl
          size="xs"
          aria-label="Config as"
          data={[
            { value: "form", label: "Form" },
            { value: "json", label: "JSON" },
          ]}
          value={as}
          onChange={(next) => {
            setText(undefined);
            setAs(next);
          }}
        />
      </div>
      {as === "json" ? (
        <JsonInput aria-label="Config as JSON" autosize minRows={4} maxRows={20} formatOnBlur={false} validationError="This is not JSON" classNames={{ input: "mono" }} value={json} onChange={write} disabled={disabled} />
      ) : (
        <Suspense>
          <ConfigForm schema={schema} value={value ?? {}} onChange={onChange} disabled={disabled} id={id} />
        </Suspense>
      )}
    </div>
  );
}
