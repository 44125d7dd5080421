"use strict";

// src/util-types.js
var tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
var is = (name) => (value) => typeof value === "object" && value !== null && tag(value) === name;
var views = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"];
var typed = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
var typedName = (value) => typed.call(value);
module.exports = {
  isDate: is("Date"),
  isRegExp: is("RegExp"),
  isMap: is("Map"),
  isSet: is("Set"),
  isWeakMap: is("WeakMap"),
  isWeakSet: is("WeakSet"),
  isPromise: is("Promise"),
  isDataView: is("DataView"),
  isArgumentsObject: is("Arguments"),
  isArrayBuffer: is("ArrayBuffer"),
  isAnyArrayBuffer: is("ArrayBuffer"),
  isSharedArrayBuffer: () => false,
  isProxy: () => false,
  isExternal: () => false,
  isModuleNamespaceObject: () => false,
  isNativeError: (value) => value instanceof Error,
  isGeneratorObject: is("Generator"),
  isMapIterator: is("Map Iterator"),
  isSetIterator: is("Set Iterator"),
  isAsyncFunction: (value) => typeof value === "function" && tag(value) === "AsyncFunction",
  isGeneratorFunction: (value) => typeof value === "function" && tag(value) === "GeneratorFunction",
  isBoxedPrimitive: (value) => typeof value === "object" && value !== null && ["Number", "String", "Boolean", "Symbol", "BigInt"].includes(tag(value)),
  isNumberObject: is("Number"),
  isStringObject: is("String"),
  isBooleanObject: is("Boolean"),
  isSymbolObject: is("Symbol"),
  isBigIntObject: is("BigInt"),
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isTypedArray: (value) => typedName(value) !== void 0,
  isKeyObject: is("KeyObject"),
  isCryptoKey: is("CryptoKey")
};
for (const name of views) module.exports["is" + name] = (value) => typedName(value) === name;
