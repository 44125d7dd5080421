"use strict";
var $action = (() => {

// action:action.js
var execute = () => ({ kind: `zo\xEB \u{1F600} \u2028\xFC${"\xDF"}` });
return {
  execute: execute,
};
})();
