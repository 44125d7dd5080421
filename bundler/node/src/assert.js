// assert: the assertions, with short messages.
"use strict";
const { isDeepStrictEqual, inspect } = require("node:util");

class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message || `${inspect(actual)} ${operator} ${inspect(expected)}`);
    this.name = "AssertionError";
    this.code = "ERR_ASSERTION";
    this.generatedMessage = !message;
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
}

function check(good, message, actual, expected, operator) {
  if (good) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, actual, expected, operator });
}

const assert = (value, message) => check(value, message, value, true, "==");

// fits says whether an error is what was expected: of a class, with a text, with members, or to the liking of a function.
function fits(err, expected) {
  if (expected === undefined || typeof expected === "string") return true;
  if (expected instanceof RegExp) return expected.test(String(err));
  if (typeof expected === "object") {
    return Object.keys(expected).every((key) => (expected[key] instanceof RegExp && typeof err[key] === "string" ? expected[key].test(err[key]) : isDeepStrictEqual(err[key], expected[key])));
  }
  if (expected.prototype !== undefined && err instanceof expected) return true;
  return !Error.isPrototypeOf(expected) && expected.call({}, err) === true;
}

function throws(f, expected, message) {
  try {
    f();
  } catch (err) {
    if (!fits(err, expected)) throw err;
    return;
  }
  check(false, typeof expected === "string" ? expected : message || "Missing expected exception.", undefined, expected, "throws");
}

async function rejects(promise, expected, message) {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (err) {
    if (!fits(err, expected)) throw err;
    return;
  }
  check(false, message || "Missing expected rejection.", undefined, expected, "rejects");
}

const strict = {
  equal: (a, b, message) => check(Object.is(a, b), message, a, b, "strictEqual"),
  notEqual: (a, b, message) => check(!Object.is(a, b), message, a, b, "notStrictEqual"),
  deepEqual: (a, b, message) => check(isDeepStrictEqual(a, b), message, a, b, "deepStrictEqual"),
  notDeepEqual: (a, b, message) => check(!isDeepStrictEqual(a, b), message, a, b, "notDeepStrictEqual"),
};

module.exports = Object.assign(assert, {
  AssertionError, throws, rejects,
  ok: (value, message) => check(value, message, value, true, "=="),
  fail: (message) => check(false, message || "Failed", undefined, undefined, "fail"),
  equal: (a, b, message) => check(a == b || (a !== a && b !== b), message, a, b, "=="),
  notEqual: (a, b, message) => check(a != b, message, a, b, "!="),
  strictEqual: strict.equal, notStrictEqual: strict.notEqual,
  deepStrictEqual: strict.deepEqual, notDeepStrictEqual: strict.notDeepEqual,
  deepEqual: strict.deepEqual, notDeepEqual: strict.notDeepEqual,
  match: (text, pattern, message) => check(pattern.test(text), message, text, pattern, "match"),
  doesNotMatch: (text, pattern, message) => check(!pattern.test(text), message, text, pattern, "doesNotMatch"),
  doesNotThrow: (f) => f(),
  doesNotReject: async (promise) => void (await (typeof promise === "function" ? promise() : promise)),
  ifError: (value) => {
    if (value !== null && value !== undefined) throw value;
  },
});
assert.strict = Object.assign((value, message) => assert(value, message), assert, strict);
assert.strict.strict = assert.strict;
