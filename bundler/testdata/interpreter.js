"use strict";
var $action = (() => {

// action:action.js
var execute = () => ({ kind: "script" });
return {
  execute: execute,
};
})();
