// A module that actions do not have, for packages that load it and do not use it: whatever is taken from it throws when it is used.
"use strict";
module.exports = (name) => {
  const missing = (member) => {
    const text = `${name}.${member} is not available: actions do not have ${name}`;
    return function () {
      throw Object.assign(new Error(text), { code: "ERR_NOT_AVAILABLE" });
    };
  };
  const members = new Map();
  // It stands in the chain of prototypes: the copy that a bundle makes of a module keeps that.
  return Object.create(new Proxy({}, {
    get(_, member) {
      if (typeof member !== "string" || ["__esModule", "default", "then", "toJSON", "prototype", "constructor"].includes(member)) return undefined;
      if (!members.has(member)) members.set(member, missing(member));
      return members.get(member);
    },
  }));
};
