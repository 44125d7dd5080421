"use strict";

// src/http.js
var { Readable, Writable } = require("node:stream");
var EventEmitter = require("node:events");
var STATUS_CODES = {
  100: "Continue",
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  511: "Network Authentication Required"
};
var Agent = class extends EventEmitter {
  constructor(options = {}) {
    super();
    this.options = { ...options };
    this.keepAlive = Boolean(options.keepAlive);
    this.maxSockets = options.maxSockets || Infinity;
    this.maxFreeSockets = 256;
    this.sockets = {};
    this.freeSockets = {};
    this.requests = {};
    this.protocol = "http:";
    this.defaultPort = 80;
  }
  getName({ host = "localhost", port = "" } = {}) {
    return `${host}:${port}:`;
  }
  destroy() {
  }
};
var globalAgent = new Agent();
var Socket = class extends EventEmitter {
  constructor(encrypted) {
    super();
    Object.assign(this, { connecting: false, destroyed: false, readable: true, writable: true, encrypted, authorized: encrypted, remoteAddress: void 0 });
  }
  setTimeout() {
    return this;
  }
  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  end() {
    return this;
  }
  destroy() {
    this.destroyed = true;
    return this;
  }
};
var IncomingMessage = class extends Readable {
  #reader;
  constructor(response, request) {
    super();
    this.httpVersion = "1.1";
    this.httpVersionMajor = this.httpVersionMinor = 1;
    this.req = request;
    this.socket = this.connection = request.socket;
    this.url = "";
    this.method = null;
    this.statusCode = response.status;
    this.statusMessage = response.statusText || STATUS_CODES[response.status] || "";
    this.headers = {};
    this.rawHeaders = [];
    this.trailers = {};
    this.rawTrailers = [];
    this.complete = this.aborted = false;
    response.headers.forEach((value, name) => {
      this.rawHeaders.push(name, value);
      if (name !== "set-cookie") this.headers[name] = value;
    });
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) this.headers["set-cookie"] = cookies;
    this.#reader = response.body ? response.body.getReader() : void 0;
  }
  _read() {
    if (!this.#reader) return this.#end();
    this.#reader.read().then(({ value, done }) => done ? this.#end() : this.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength)), (err) => this.destroy(err));
  }
  #end() {
    this.complete = true;
    this.push(null);
  }
  _destroy(err, callback) {
    if (!this.complete) {
      this.aborted = true;
      if (this.#reader) this.#reader.cancel().catch(() => {
      });
    }
    callback(err);
  }
  setTimeout() {
    return this;
  }
};
function addressOf(options, protocol) {
  const scheme = options.protocol || protocol;
  const host = String(options.hostname || options.host || "localhost").replace(/^([^[].*:.*)$/, (name) => /:\d+$/.test(name) && name.split(":").length === 2 ? name : `[${name}]`);
  const port = options.port && !/:\d+$/.test(host.replace(/^\[.*\]/, "")) ? `:${options.port}` : "";
  const path = options.path === void 0 || options.path === null ? "/" : String(options.path);
  return /^https?:\/\//.test(path) ? path : `${scheme}//${host}${port}${path.startsWith("/") ? path : "/" + path}`;
}
var fromURL = (u) => ({ protocol: u.protocol, hostname: u.hostname, port: u.port, path: u.pathname + u.search, ...u.username && { auth: `${decodeURIComponent(u.username)}:${decodeURIComponent(u.password)}` } });
var ClientRequest = class extends Writable {
  #headers = /* @__PURE__ */ new Map();
  #chunks = [];
  #abort = new AbortController();
  #timer;
  constructor(protocol, options) {
    super({ autoDestroy: false });
    this.method = String(options.method || "GET").toUpperCase();
    this.protocol = options.protocol || protocol;
    this.path = options.path || "/";
    this.host = options.hostname || options.host || "localhost";
    this.agent = options.agent;
    this.aborted = this.reusedSocket = false;
    this.res = null;
    this.url = addressOf(options, protocol);
    if (Array.isArray(options.headers)) {
      for (let i = 0; i + 1 < options.headers.length; i += 2) this.setHeader(options.headers[i], options.headers[i + 1]);
    } else {
      for (const [name, value] of Object.entries(options.headers || {})) if (value !== void 0 && value !== null) this.setHeader(name, value);
    }
    if (options.auth && !this.hasHeader("authorization")) this.setHeader("Authorization", "Basic " + Buffer.from(options.auth).toString("base64"));
    if (options.timeout) this.setTimeout(options.timeout);
    if (options.signal) {
      const give = () => this.destroy(options.signal.reason);
      if (options.signal.aborted) process.nextTick(give);
      else options.signal.addEventListener("abort", give, { once: true });
    }
    this.socket = this.connection = new Socket(this.protocol === "https:");
    process.nextTick(() => {
      if (!this.destroyed) this.emit("socket", this.socket);
    });
  }
  setHeader(name, value) {
    if (this.headersSent) throw new Error("Cannot set headers after they are sent to the client");
    this.#headers.set(String(name).toLowerCase(), [String(name), value]);
    return this;
  }
  getHeader(name) {
    return (this.#headers.get(String(name).toLowerCase()) || [])[1];
  }
  hasHeader(name) {
    return this.#headers.has(String(name).toLowerCase());
  }
  removeHeader(name) {
    this.#headers.delete(String(name).toLowerCase());
  }
  getHeaders() {
    return Object.fromEntries([...this.#headers].map(([key, [, value]]) => [key, value]));
  }
  getHeaderNames() {
    return [...this.#headers.keys()];
  }
  getRawHeaderNames() {
    return [...this.#headers.values()].map(([name]) => name);
  }
  flushHeaders() {
  }
  setNoDelay() {
  }
  setSocketKeepAlive() {
  }
  onSocket() {
  }
  setTimeout(ms, callback) {
    clearTimeout(this.#timer);
    if (callback) this.once("timeout", callback);
    if (ms > 0) this.#timer = setTimeout(() => {
      this.emit("timeout");
      this.socket.emit("timeout");
    }, ms);
    return this;
  }
  abort() {
    if (this.aborted) return;
    this.aborted = true;
    process.nextTick(() => this.emit("abort"));
    this.destroy();
  }
  _write(chunk, encoding, callback) {
    this.#chunks.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    callback();
  }
  _final(callback) {
    callback();
    this.headersSent = true;
    this.#send().catch((err) => this.destroy(err));
  }
  _destroy(err, callback) {
    clearTimeout(this.#timer);
    const waiting = !this.res;
    this.#abort.abort();
    this.socket.destroy();
    if (!err && waiting) err = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    if (this.res && !this.res.complete) this.res.destroy(err || void 0);
    callback(waiting ? err : null);
    process.nextTick(() => this.emit("close"));
  }
  async #send() {
    const headers = new Headers();
    for (const [name, value] of this.#headers.values()) for (const one of Array.isArray(value) ? value : [value]) headers.append(name, String(one));
    const body = this.#chunks.length > 0 && this.method !== "GET" && this.method !== "HEAD" ? Buffer.concat(this.#chunks) : void 0;
    const response = await fetch(this.url, { method: this.method, headers, body, redirect: "manual", signal: this.#abort.signal });
    if (this.destroyed) return;
    this.res = new IncomingMessage(response, this);
    this.res.once("end", () => {
      clearTimeout(this.#timer);
      process.nextTick(() => this.emit("close"));
    });
    if (!this.emit("response", this.res)) this.res.resume();
  }
};
Object.defineProperty(ClientRequest.prototype, "headersSent", { value: false, writable: true });
function client(protocol, agent) {
  function request(...args) {
    const callback = typeof args[args.length - 1] === "function" ? args.pop() : void 0;
    const [first, second] = args;
    let options = first;
    if (typeof first === "string" || first instanceof URL) options = { ...fromURL(typeof first === "string" ? new URL(first) : first), ...second };
    const made = new ClientRequest(protocol, options);
    if (callback) made.once("response", callback);
    return made;
  }
  const unavailable = () => {
    throw new Error("actions cannot listen for connections");
  };
  return {
    request,
    get(...args) {
      const made = request(...args);
      made.end();
      return made;
    },
    Agent: agent.constructor,
    globalAgent: agent,
    createServer: unavailable
  };
}
var Unavailable = class {
  constructor() {
    throw new Error("actions cannot listen for connections");
  }
};
module.exports = {
  ...client("http:", globalAgent),
  client,
  ClientRequest,
  IncomingMessage,
  STATUS_CODES,
  METHODS: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
  Server: Unavailable,
  ServerResponse: Unavailable,
  OutgoingMessage: Writable,
  maxHeaderSize: 16384,
  validateHeaderName: (name) => void new Headers().has(name),
  validateHeaderValue: (name, value) => void new Headers([[name, value]])
};
