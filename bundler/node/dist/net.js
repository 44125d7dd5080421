"use strict";

// src/net.js
var absent = require("node:$absent");
var v4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
function isIPv6(text) {
  text = String(text).replace(/%[0-9a-zA-Z.:-]+$/, "");
  const tail = /^(.*:)([^:]*\..*)$/.exec(text);
  if (tail) {
    if (!v4.test(tail[2])) return false;
    text = tail[1] + "0:0";
  }
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}
var isIPv4 = (text) => v4.test(text);
module.exports = Object.assign(absent("net"), { isIPv4, isIPv6, isIP: (text) => isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0 });
