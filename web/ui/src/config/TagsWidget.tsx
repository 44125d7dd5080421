import { TagsInput } from "@mantine/core";
import type { RJSFSchema, UiSchema, WidgetProps } from "@rjsf/utils";

/** A list of words in one field, instead of a field and four buttons for each. */
export function TagsWidget({ id, label, schema, value, required, disabled, readonly, rawErrors, onChange }: WidgetProps) {
  return (
    <TagsInput
      id={id}
      label={schema.title ?? label}
      description={schema.description}
      required={required}
      disabled={disabled || readonly}
      splitChars={[",", " "]}
      acceptValueOnBlur
      error={rawErrors?.length ? rawErrors.join(" ") : undefined}
      value={Array.isArray(value) ? value.filter((v) => typeof v === "string") : []}
      onChange={onChange}
    />
  );
}

/** Says which parts of a schema are such lists. */
export function uiSchemaOf(schema: RJSFSchema): UiSchema {
  const ui: UiSchema = {};
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (typeof member !== "object" || member === null) continue;
    const items = member.items;
    if (member.type === "array" && typeof items === "object" && !Array.isArray(items)) {
      if (items.type === "string" && !items.enum) ui[name] = { "ui:widget": "tags" };
      else if (items.properties) ui[name] = { items: uiSchemaOf(items as RJSFSchema) };
    } else if (member.properties) ui[name] = uiSchemaOf(member as RJSFSchema);
  }
  return ui;
}
