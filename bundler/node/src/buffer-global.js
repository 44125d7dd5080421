// The global Buffer: the package buffer, and the encoding base64url, which it does not have.
"use strict";
const { Buffer } = require("buffer/");

const plain = (text) => String(text).replace(/-/g, "+").replace(/_/g, "/");
const isURL = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === "base64url";
const { from, byteLength, isEncoding } = Buffer;
const { toString, write } = Buffer.prototype;

Buffer.from = function (value, encoding, length) {
  return isURL(encoding) && typeof value === "string" ? from(plain(value), "base64") : from(value, encoding, length);
};
Buffer.byteLength = (value, encoding) => (isURL(encoding) && typeof value === "string" ? byteLength(plain(value), "base64") : byteLength(value, encoding));
Buffer.isEncoding = (encoding) => isURL(encoding) || isEncoding(encoding);
Buffer.prototype.toString = function (encoding, start, end) {
  if (!isURL(encoding)) return arguments.length === 0 ? toString.call(this) : toString.call(this, encoding, start, end);
  return toString.call(this, "base64", start, end).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};
Buffer.prototype.write = function (text, ...rest) {
  const last = rest.length - 1;
  return isURL(rest[last]) ? write.call(this, plain(text), ...rest.slice(0, last), "base64") : write.call(this, text, ...rest);
};
module.exports = Buffer;
