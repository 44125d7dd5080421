import { Button } from "@mantine/core";
import { useEffect, useState } from "react";

import { ConfigEditor } from "../config/ConfigEditor";
import { Empty } from "../parts/Empty";
import { Notice } from "../parts/Notice";
import { CodeView } from "./CodeView";
import { same, type Source } from "./DraftKeeper";
import { monaco } from "./monaco";
import { defaultsOf } from "./schemas";

interface Props {
  source: Source;
  readOnly: boolean;
  edit: (change: Partial<Source>) => void;
  onSave: () => void;
}

const first = {
  type: "object",
  additionalProperties: false,
  required: ["message"],
  properties: { message: { type: "string", title: "Message", description: "What the user reads.", default: "Please try again later." } },
};

/** The schema of the config, and the form that it makes for whoever attaches the action. */
export function SchemaPanel({ source, readOnly, edit, onSave }: Props) {
  if (source.config_schema === undefined || source.config_schema === null) {
    return (
      <Empty
        title="The action takes no config"
        actions={
          !readOnly && (
            <Button variant="default" onClick={() => edit({ config_schema: first as never })}>
              Add a schema
            </Button>
          )
        }
      >
        With a JSON Schema, whoever attaches the action fills in a form, and the code has what they said as input.config, with its type.
      </Empty>
    );
  }
  return <Editor source={source} readOnly={readOnly} edit={edit} onSave={onSave} />;
}

function Editor({ source, readOnly, edit, onSave }: Props) {
  const [model, setModel] = useState<monaco.editor.ITextModel>();
  const [wrong, setWrong] = useState<string>();
  const [value, setValue] = useState<unknown>(() => defaultsOf(source.config_schema));
  useEffect(() => {
    const made = monaco.editor.createModel("", "json", monaco.Uri.parse("durward:/schema.json"));
    setModel(made);
    return () => made.dispose();
  }, []);
  useEffect(() => {
    if (!model) return;
    if (!same(parsed(model.getValue()), source.config_schema)) model.setValue(`${JSON.stringify(source.config_schema, null, 2)}\n`);
    const listening = model.onDidChangeContent(() => {
      const next = parsed(model.getValue());
      if (next === undefined || typeof next !== "object" || next === null) return setWrong("This is not a JSON object yet. What was valid last is kept.");
      setWrong(undefined);
      edit({ config_schema: next as never });
    });
    return () => listening.dispose();
  }, [model, source.config_schema, edit]);
  return (
    <div className="schema">
      <div className="schema-code">
        <CodeView model={model} label="Config schema" readOnly={readOnly} onSave={onSave} />
      </div>
      <div className="schema-form">
        <div className="row" style={{ marginBottom: 8 }}>
          <h2 className="section-title grow">Its form</h2>
          {!readOnly && (
            <Button variant="subtle" color="red" onClick={() => edit({ config_schema: undefined })}>
              Remove the schema
            </Button>
          )}
        </div>
        {wrong && <Notice tone="warn">{wrong}</Notice>}
        <ConfigEditor schema={source.config_schema} value={value} onChange={setValue} id="preview" />
      </div>
    </div>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
