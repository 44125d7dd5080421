// show writes a value so that two engines can be compared: it tells 0 from -0, a hole from undefined and a lone surrogate from U+FFFD.
export function show(value) {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return value + "n";
    case "symbol":
      return "symbol";
    case "function":
      return "function " + value.name;
    case "object":
      return value === null ? "null" : showObject(value);
  }
  return String(value);
}

function showObject(value) {
  if (value instanceof Error) return value.name;
  if (value instanceof RegExp) return "regexp " + value.flags;
  if (value instanceof Date) return "date " + value.getTime();
  if (value instanceof Map || value instanceof Set) return value.constructor.name + show([...value]);
  if (Array.isArray(value)) {
    const items = [];
    for (let i = 0; i < value.length; i++) items.push(i in value ? show(value[i]) : "hole");
    return "[" + items.join(",") + "]";
  }
  return "{" + Object.keys(value).map((key) => JSON.stringify(key) + ":" + show(value[key])).join(",") + "}";
}

// answer is what the expression in run comes to: its value, or what it throws.
export async function answer(run) {
  try {
    return show(await run());
  } catch (error) {
    return "throws " + (error instanceof Error ? error.name : show(error));
  }
}
