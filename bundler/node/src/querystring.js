"use strict";
const { encode, decode } = require("querystring-es3");
const unescape = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
module.exports = { encode, stringify: encode, decode, parse: decode, escape: encodeURIComponent, unescape };
