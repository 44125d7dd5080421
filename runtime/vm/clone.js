// structuredClone for the values that goja has: HTML Living Standard, section 2.7, without transferables.
(function () {
  const { create, defineProperty, keys, prototype: { toString } } = Object;
  const tag = (value) => toString.call(value).slice(8, -1);
  const refuse = (what) => {
    const error = new Error(`${what} could not be cloned`);
    defineProperty(error, "name", { value: "DataCloneError", configurable: true, writable: true });
    return error;
  };
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

  const copy = (value, seen) => {
    switch (typeof value) {
      case "symbol":
        throw refuse("a symbol");
      case "function":
        throw refuse("a function");
      case "object":
        break;
      default:
        return value;
    }
    if (value === null) return null;
    if (seen.has(value)) return seen.get(value);
    const keep = (made) => {
      seen.set(value, made);
      return made;
    };
    if (Array.isArray(value)) {
      const made = keep(new Array(value.length));
      for (const key of keys(value)) made[key] = copy(value[key], seen);
      return made;
    }
    if (ArrayBuffer.isView(value)) {
      const buffer = copy(value.buffer, seen);
      const length = value instanceof DataView ? value.byteLength : value.length;
      return keep(new value.constructor(buffer, value.byteOffset, length));
    }
    switch (tag(value)) {
      case "Boolean":
      case "Number":
      case "String":
      case "BigInt":
        return keep(Object(value.valueOf()));
      case "Date":
        return keep(new Date(value.getTime()));
      case "RegExp":
        return keep(new RegExp(value.source, value.flags));
      case "ArrayBuffer":
        return keep(value.slice(0));
      case "Map": {
        const made = keep(new Map());
        for (const [key, item] of [...value]) made.set(copy(key, seen), copy(item, seen));
        return made;
      }
      case "Set": {
        const made = keep(new Set());
        for (const item of [...value]) made.add(copy(item, seen));
        return made;
      }
      case "Error": {
        const made = keep(create((errors[value.name] || Error).prototype));
        for (const key of ["message", "stack", "cause"]) {
          if (Object.hasOwn(value, key)) {
            defineProperty(made, key, { value: copy(value[key], seen), configurable: true, writable: true });
          }
        }
        return made;
      }
      case "CryptoKey":
      case "Promise":
      case "WeakMap":
      case "WeakSet":
      case "Symbol":
        throw refuse(`a ${tag(value)}`);
    }
    const made = keep({});
    for (const key of keys(value)) {
      defineProperty(made, key, { value: copy(value[key], seen), configurable: true, enumerable: true, writable: true });
    }
    return made;
  };

  return {
    structuredClone(value) {
      if (arguments.length === 0) throw new TypeError("structuredClone needs a value");
      return copy(value, new Map());
    },
  }.structuredClone;
})();
