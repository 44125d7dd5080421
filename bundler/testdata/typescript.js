"use strict";
var $action = (() => {

// action:action.ts
function domainOf(email) {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}
async function execute(input) {
  const domain = domainOf(input.user.email);
  const allowed = input.config.domains.some((d) => d.toLowerCase() === domain);
  if (!allowed) {
    return {
      kind: "block",
      code: "domain_not_allowed",
      reason: `${domain} is not one of ${input.config.domains.length}`,
      message: input.config.message ?? "Use your work address."
    };
  }
  return { kind: "continue" };
}
var resume = execute;
return {
  execute: execute,
  resume: resume,
};
})();
