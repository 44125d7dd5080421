// os: a machine without qualities.
"use strict";
module.exports = {
  EOL: "\n", devNull: "/dev/null",
  platform: () => "linux", type: () => "Linux", arch: () => "x64", machine: () => "x86_64", release: () => "0.0.0", version: () => "", endianness: () => "LE",
  hostname: () => "localhost", homedir: () => "/", tmpdir: () => "/tmp", uptime: () => 0, totalmem: () => 0, freemem: () => 0,
  cpus: () => [], availableParallelism: () => 1, loadavg: () => [0, 0, 0], networkInterfaces: () => ({}),
  userInfo: () => ({ uid: 0, gid: 0, username: "action", homedir: "/", shell: null }),
  constants: { signals: { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }, errno: {}, priority: {}, UV_UDP_REUSEADDR: 4 },
};
