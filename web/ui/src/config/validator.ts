import { Validator } from "@cfworker/json-schema";
import { createErrorHandler, unwrapErrorHandler, validationDataMerge, type RJSFSchema, type RJSFValidationError, type ValidatorType } from "@rjsf/utils";

// The usual validator compiles schemas to code, which the page's policy forbids.

function problems(schema: unknown, value: unknown): RJSFValidationError[] {
  const result = new Validator(schema as never, "2020-12", false).validate(value);
  // An error of a part is also one of each whole around it: only the innermost are told.
  return result.errors
    .filter((e) => !wholes.has(e.keyword))
    .map((e) => {
      const path = e.instanceLocation.replace(/^#/, "").split("/").slice(1).map(unescape);
      const missing = e.keyword === "required" ? /"([^"]+)"/.exec(e.error)?.[1] : undefined;
      const property = missing ? [...path, missing] : path;
      return { property: property.map((p) => `.${p}`).join(""), message: missing ? "is needed" : e.error, name: e.keyword, params: {}, stack: `${property.join(".")}: ${e.error}`, schemaPath: e.keywordLocation };
    });
}

const wholes = new Set(["properties", "items", "additionalProperties", "allOf", "$ref", "prefixItems", "patternProperties"]);
const unescape = (part: string) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");

export const validator: ValidatorType<unknown, RJSFSchema> = {
  validateFormData(formData, schema, customValidate, transformErrors, uiSchema) {
    let errors = problems(schema, formData);
    if (transformErrors) errors = transformErrors(errors, uiSchema);
    const errorSchema = tree(errors);
    if (!customValidate) return { errors, errorSchema };
    const own = unwrapErrorHandler(customValidate(formData, createErrorHandler(formData ?? {}), uiSchema));
    return validationDataMerge({ errors, errorSchema }, own as never);
  },
  isValid(schema, formData, rootSchema) {
    try {
      const whole = { ...schema, $defs: { ...(rootSchema as RJSFSchema).$defs, ...schema.$defs } };
      return new Validator(whole as never, "2020-12").validate(formData).valid;
    } catch {
      return false;
    }
  },
  rawValidation(schema, formData) {
    return { errors: problems(schema, formData) as never[] };
  },
};

function tree(errors: RJSFValidationError[]) {
  const root: Record<string, unknown> = {};
  for (const error of errors) {
    let node = root;
    for (const part of (error.property ?? "").split(".").filter(Boolean)) node = (node[part] ??= {}) as Record<string, unknown>;
    node.__errors = [...((node.__errors as string[]) ?? []), error.message ?? ""];
  }
  return root as never;
}


export default validator;
