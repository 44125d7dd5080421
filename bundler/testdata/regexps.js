"use strict";
var $action = (() => {

// action:action.js
var execute = () => ({ kind: "a/b".replace(/[/](?<c>b)/u, "-$<c>") + 8 / 2 / 1 + /(?<=a)b/.test("ab") });
return {
  execute: execute,
};
})();
