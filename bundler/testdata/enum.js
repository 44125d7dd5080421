"use strict";
var $action = (() => {

// action:action.ts
var N;
((N2) => {
  N2.k = "continue" /* Continue */;
})(N || (N = {}));
var execute = () => ({ kind: N.k });
return {
  execute: execute,
};
})();
