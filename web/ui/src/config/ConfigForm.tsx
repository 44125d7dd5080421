import Form from "@rjsf/mantine";
import type { RJSFSchema, UiSchema } from "@rjsf/utils";
import { Component, useMemo, type ReactNode } from "react";

import { Notice } from "../parts/Notice";
import { TagsWidget, uiSchemaOf } from "./TagsWidget";
import { validator } from "./validator";

interface Props {
  schema: unknown;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled?: boolean;
  id?: string;
}

/** A form made of a JSON Schema. It sends nothing: whoever shows it has the value. */
export default function ConfigForm({ schema, value, onChange, disabled, id = "config" }: Props) {
  const shown = useMemo(() => withoutMeta(schema), [schema]);
  const ui = useMemo(() => ({ ...plain, ...uiSchemaOf(shown) }), [shown]);
  return (
    <Guard key={JSON.stringify(shown)}>
      <div className="config-form">
        <Form
          tagName="div"
          idPrefix={id}
          schema={shown}
          uiSchema={ui}
          widgets={widgets}
          formData={value}
          validator={validator}
          disabled={disabled}
          liveValidate="onBlur"
          showErrorList={false}
          noHtml5Validate
          onChange={(event) => onChange(event.formData)}
        />
      </div>
    </Guard>
  );
}

const widgets = { tags: TagsWidget };
const plain: UiSchema = { "ui:submitButtonOptions": { norender: true }, "ui:label": false };

/** The dialect is told by the server's documents, and not known to the form. */
function withoutMeta(schema: unknown): RJSFSchema {
  const { $schema: _dialect, $id: _id, ...rest } = (schema ?? {}) as Record<string, unknown>;
  return rest as RJSFSchema;
}

/** A schema may ask for what no form can show: then it is said, and the JSON is still there to be written. */
class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  render() {
    return this.state.broken ? <Notice tone="warn">No form can be made of this schema. Write the config as JSON.</Notice> : this.props.children;
  }
}
