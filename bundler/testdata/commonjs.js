// not strict
var $action = (() => {
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// action:lib.js
var require_lib = __commonJS({
  "action:lib.js"(exports, module) {
    module.exports = (n) => "n" + n;
  }
});

// action:action.js
var require_action = __commonJS({
  "action:action.js"(exports) {
    var lib = require_lib();
    exports.execute = async (input) => ({ kind: lib(input.n) });
  }
});
return require_action();
})();
