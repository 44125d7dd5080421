(function (host) {
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // Web IDL Standard, section 4.3, with the codes that its names have had since before there were names.
  const codes = {
    __proto__: null, IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5, NoModificationAllowedError: 7,
    NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13,
    NamespaceError: 14, InvalidAccessError: 15, TypeMismatchError: 17, SecurityError: 18, NetworkError: 19, AbortError: 20, URLMismatchError: 21,
    QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24, DataCloneError: 25,
  };
  class DOMException extends host.error() {
    #name;
    constructor(message = "", name = "Error") {
      super(`${message}`);
      this.#name = `${name}`;
    }
    get name() {
      return this.#name;
    }
    get code() {
      return codes[this.#name] ?? 0;
    }
  }
  host.tag(DOMException, "DOMException");

  // DOM Standard, section 2: without a tree, an event has one target.
  let aim;
  let isEvent;
  let stopped;
  class Event {
    #type;
    #bubbles;
    #cancelable;
    #composed;
    #prevented = false;
    #stopped = false;
    #target = null;
    #now = false;
    #at = host.now();
    constructor(type, init = {}) {
      if (arguments.length === 0) throw host.typeError("an event needs a type");
      this.#type = `${type}`;
      this.#bubbles = !!init?.bubbles;
      this.#cancelable = !!init?.cancelable;
      this.#composed = !!init?.composed;
    }
    get type() {
      return this.#type;
    }
    get target() {
      return this.#target;
    }
    get currentTarget() {
      return this.#now ? this.#target : null;
    }
    get eventPhase() {
      return this.#now ? 2 : 0;
    }
    get bubbles() {
      return this.#bubbles;
    }
    get cancelable() {
      return this.#cancelable;
    }
    get composed() {
      return this.#composed;
    }
    get defaultPrevented() {
      return this.#prevented;
    }
    get timeStamp() {
      return this.#at;
    }
    get isTrusted() {
      return false;
    }
    preventDefault() {
      if (this.#cancelable) this.#prevented = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.#stopped = true;
    }
    static {
      isEvent = (value) => isObject(value) && #type in value;
      aim = (event, target) => {
        event.#now = target !== null;
        if (target !== null) event.#target = target;
      };
      stopped = (event) => event.#stopped;
    }
  }
  host.tag(Event, "Event");

  let dispatch;
  let onEvent;
  class EventTarget {
    #listeners = host.listeners();
    addEventListener(type, callback, options = undefined) {
      if (arguments.length < 2) throw host.typeError("addEventListener needs a type and a listener");
      if (callback === null || callback === undefined) return;
      if (!isObject(callback)) throw host.typeError("the listener must be a function or an object");
      const given = isObject(options);
      const capture = given ? !!options.capture : !!options;
      const until = given ? options.signal : undefined;
      if (until !== undefined && !isSignal(until)) throw host.typeError("the option signal must be an AbortSignal");
      host.listen(this.#listeners, `${type}`, callback, capture, given && !!options.once, until && stateOf(until));
    }
    removeEventListener(type, callback, options = undefined) {
      if (arguments.length < 2) throw host.typeError("removeEventListener needs a type and a listener");
      host.unlisten(this.#listeners, `${type}`, callback, isObject(options) ? !!options.capture : !!options);
    }
    dispatchEvent(event) {
      if (!isEvent(event)) throw host.typeError("dispatchEvent needs an Event");
      return dispatch(this, event);
    }
    static {
      dispatch = (target, event) => {
        if (event.currentTarget !== null) throw new DOMException("the event is being dispatched", "InvalidStateError");
        const listeners = target.#listeners;
        aim(event, target);
        host.dispatch(listeners, event, event.type, target, stopped);
        aim(event, null);
        return !event.defaultPrevented;
      };
      onEvent = (target, type, old, callback) => {
        if (old !== null) host.unlisten(target.#listeners, type, old, false);
        const next = typeof callback === "function" ? callback : null;
        if (next !== null) host.listen(target.#listeners, type, next, false, false);
        return next;
      };
    }
  }
  host.tag(EventTarget, "EventTarget");

  // DOM Standard, section 3. Whether a signal is aborted, why, and what follows from it is kept by the host.
  let making = false;
  let isSignal = () => false;
  let stateOf;
  class AbortSignal extends EventTarget {
    #state;
    #onabort = null;
    constructor() {
      if (!making) throw host.typeError("Illegal constructor");
      super();
      this.#state = host.signal(this);
    }
    get aborted() {
      return host.aborted(this.#state);
    }
    get reason() {
      return host.reason(this.#state);
    }
    get onabort() {
      return this.#onabort;
    }
    set onabort(callback) {
      this.#onabort = onEvent(this, "abort", this.#onabort, callback);
    }
    throwIfAborted() {
      if (host.aborted(this.#state)) throw host.reason(this.#state);
    }
    static abort(reason = aborted()) {
      const signal = makeSignal();
      host.abort(signal.#state, reason);
      return signal;
    }
    static timeout(milliseconds) {
      if (arguments.length === 0) throw host.typeError("AbortSignal.timeout needs a number of milliseconds");
      const signal = makeSignal();
      host.abortAfter(signal.#state, milliseconds);
      return signal;
    }
    static any(signals) {
      const signal = makeSignal();
      for (const one of signals) {
        if (!isSignal(one)) throw host.typeError("AbortSignal.any needs a list of AbortSignals");
        host.follow(signal.#state, one.#state);
      }
      return signal;
    }
    static {
      isSignal = (value) => isObject(value) && #state in value;
      stateOf = (signal) => signal.#state;
    }
  }
  host.tag(AbortSignal, "AbortSignal");

  const makeSignal = () => {
    making = true;
    try {
      return new AbortSignal();
    } finally {
      making = false;
    }
  };
  const aborted = () => new DOMException("This operation was aborted", "AbortError");

  class AbortController {
    #signal = makeSignal();
    get signal() {
      return this.#signal;
    }
    abort(reason = aborted()) {
      host.abort(stateOf(this.#signal), reason);
    }
  }
  host.tag(AbortController, "AbortController");

  return {
    globals: { DOMException, Event, EventTarget, AbortSignal, AbortController },
    isSignal, stateOf, makeSignal,
    exception: (message, name) => new DOMException(message, name),
    fire: (signal) => dispatch(signal, new Event("abort")),
  };
})
