// The object process of Node.js: what libraries ask of it, with answers that tell nothing about the machine.
(function (elapsed, soon) {
  const nextTick = (callback, ...args) => {
    if (typeof callback !== "function") throw new TypeError('The "callback" argument must be of type function');
    soon(() => callback(...args));
  };
  const hrtime = (since) => {
    const now = elapsed();
    const time = [Math.floor(now / 1e9), Math.floor(now % 1e9)];
    if (since === undefined) return time;
    const [seconds, nanoseconds] = [time[0] - since[0], time[1] - since[1]];
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  };
  hrtime.bigint = () => BigInt(Math.floor(elapsed()));
  const unchanged = function () {
    return this;
  };
  const refused = (name) => () => {
    throw new Error(`process.${name} is not available in actions`);
  };
  const version = "20.20.0";
  return {
    title: "node", version: "v" + version, versions: { node: version }, release: { name: "node" }, platform: "linux", arch: "x64", pid: 1, ppid: 0,
    env: {}, argv: [], argv0: "node", execArgv: [], execPath: "", exitCode: undefined, features: {}, config: {},
    nextTick, hrtime, uptime: () => elapsed() / 1e9, cwd: () => "/", umask: () => 0,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    on: unchanged, addListener: unchanged, once: unchanged, off: unchanged, removeListener: unchanged, removeAllListeners: unchanged, prependListener: unchanged,
    emit: () => false, listeners: () => [], listenerCount: () => 0, emitWarning() {},
    exit: refused("exit"), abort: refused("abort"), kill: refused("kill"), chdir: refused("chdir"), binding: refused("binding"), dlopen: refused("dlopen"),
  };
})
