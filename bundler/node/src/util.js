// util: what libraries use of it. Formatting is less detailed than in Node.js.
"use strict";
const types = require("node:util/types");

function inspect(value, options) {
  const { depth = 2 } = typeof options === "object" && options !== null ? options : {};
  return require("object-inspect")(value, { depth: depth === null ? Infinity : depth + 1 });
}
inspect.custom = Symbol.for("nodejs.util.inspect.custom");
inspect.defaultOptions = {};

function format(first, ...rest) {
  if (typeof first !== "string") return [first, ...rest].map((v) => (typeof v === "string" ? v : inspect(v))).join(" ");
  let next = 0;
  let text = first.replace(/%[sdifjoOc%]/g, (mark) => {
    if (mark === "%%") return "%";
    if (next >= rest.length) return mark;
    const value = rest[next++];
    switch (mark) {
      case "%s": return typeof value === "object" && value !== null ? inspect(value, { depth: 0 }) : String(value);
      case "%d": return typeof value === "bigint" ? `${value}n` : String(Number(value));
      case "%i": return String(parseInt(value, 10));
      case "%f": return String(parseFloat(value));
      case "%j":
        try {
          return JSON.stringify(value);
        } catch {
          return "[Circular]";
        }
      case "%c": return "";
      default: return inspect(value);
    }
  });
  for (const value of rest.slice(next)) text += " " + (typeof value === "string" ? value : inspect(value));
  return text;
}

const custom = Symbol.for("nodejs.util.promisify.custom");

function promisify(original) {
  if (typeof original !== "function") throw new TypeError('The "original" argument must be of type function');
  if (original[custom]) return original[custom];
  function promised(...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (err, value) => (err ? reject(err) : resolve(value)));
    });
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = custom;

function callbackify(original) {
  return function (...args) {
    const callback = args.pop();
    original.apply(this, args).then((value) => process.nextTick(callback, null, value), (err) => process.nextTick(callback, err));
  };
}

function inherits(constructor, parent) {
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

const entries = (value) => Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));

function isDeepStrictEqual(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (types.isDate(a) && a.getTime() !== b.getTime()) return false;
  if (types.isRegExp(a) && String(a) !== String(b)) return false;
  if (types.isBoxedPrimitive(a) && !Object.is(a.valueOf(), b.valueOf())) return false;
  if (types.isNativeError(a) && (a.message !== b.message || a.name !== b.name)) return false;
  if (types.isMap(a) && !sameMembers([...a], [...b], seen)) return false;
  if (types.isSet(a) && !sameMembers([...a], [...b], seen)) return false;
  const keys = entries(a);
  return keys.length === entries(b).length && keys.every((key) => Object.prototype.hasOwnProperty.call(b, key) && isDeepStrictEqual(a[key], b[key], seen));
}

// sameMembers compares without regard to the order.
function sameMembers(a, b, seen) {
  if (a.length !== b.length) return false;
  return a.every((member) => {
    const at = b.findIndex((other) => isDeepStrictEqual(member, other, seen));
    if (at >= 0) b.splice(at, 1);
    return at >= 0;
  });
}

const codes = /\u001b\[[0-9;]*[A-Za-z]/g;

module.exports = {
  inspect, format, promisify, callbackify, inherits, isDeepStrictEqual, types,
  formatWithOptions: (_, ...args) => format(...args),
  deprecate: (f) => f,
  debuglog: () => Object.assign(() => {}, { enabled: false }),
  debug: () => Object.assign(() => {}, { enabled: false }),
  stripVTControlCharacters: (text) => text.replace(codes, ""),
  toUSVString: (text) => String(text).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"),
  styleText: (_, text) => text,
  isArray: Array.isArray,
  isBuffer: (value) => Buffer.isBuffer(value),
  isDate: types.isDate,
  isRegExp: types.isRegExp,
  isError: (value) => value instanceof Error,
  isFunction: (value) => typeof value === "function",
  isString: (value) => typeof value === "string",
  isNumber: (value) => typeof value === "number",
  isBoolean: (value) => typeof value === "boolean",
  isSymbol: (value) => typeof value === "symbol",
  isUndefined: (value) => value === undefined,
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isObject: (value) => typeof value === "object" && value !== null,
  isPrimitive: (value) => (typeof value !== "object" && typeof value !== "function") || value === null,
  get TextEncoder() { return TextEncoder; },
  get TextDecoder() { return TextDecoder; },
};
