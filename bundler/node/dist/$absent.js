"use strict";

// src/$absent.js
module.exports = (name) => {
  const missing = (member) => {
    const text = `${name}.${member} is not available: actions do not have ${name}`;
    return function() {
      throw Object.assign(new Error(text), { code: "ERR_NOT_AVAILABLE" });
    };
  };
  const members = /* @__PURE__ */ new Map();
  return Object.create(new Proxy({}, {
    get(_, member) {
      if (typeof member !== "string" || ["__esModule", "default", "then", "toJSON", "prototype", "constructor"].includes(member)) return void 0;
      if (!members.has(member)) members.set(member, missing(member));
      return members.get(member);
    }
  }));
};
