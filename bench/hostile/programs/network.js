//// what a refusal is called
//= {"code":"egress_denied"}
let code;
try { await fetch(input.state.canary); } catch (e) { code = e.code; }
return { kind: "continue", state: { code } };

//// this machine, by number
//= {"reached":false}
const port = new URL(input.state.canary).port;
let reached = false;
for (const host of ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.255.255.254", "0.0.0.0", "0", "127.0.0.1."]) {
  try { await fetch(`http://${host}:${port}/`); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// this machine, by number of version 6
//= {"reached":false}
const port = new URL(input.state.canary).port;
let reached = false;
for (const host of ["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fe80::1%25lo]", "[::1%25lo]"]) {
  try { await fetch(`http://${host}:${port}/`); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// this machine, by name
//= {"reached":false}
const port = new URL(input.state.canary).port;
let reached = false;
for (const host of ["localhost", "LOCALHOST", "localhost.", "ip6-localhost", "localhost.localdomain", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "local\u00adhost", "127。0。0。1"]) {
  try { await fetch(`http://${host}:${port}/`); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// names that lead to this machine
//= {"reached":false}
const port = new URL(input.state.canary).port;
let reached = false;
for (const host of ["localtest.me", "127.0.0.1.nip.io", "7f000001.01020304.rbndr.us"]) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  try { await fetch(`http://${host}:${port}/`, { signal: stop.signal }); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// the cloud's metadata
//= {"reached":false}
let reached = false;
for (const url of ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://metadata.google.internal/", "http://168.63.129.16/", "http://100.100.100.200/", "http://2852039166/", "http://0xa9fea9fe/", "http://[::ffff:169.254.169.254]/"]) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 200);
  try { await fetch(url, { signal: stop.signal, headers: { "Metadata-Flavor": "Google" } }); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// private addresses
//= {"reached":false}
let reached = false;
for (const host of ["10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[fc00::1]", "[ff02::1]"]) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  try { await fetch(`http://${host}/`, { signal: stop.signal }); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// the server's own API
//= {"reached":false}
let reached = false;
for (const path of ["v1/system", "metrics", "healthz", "v1/tenants"]) {
  try { await fetch(`${input.state.server}/${path}`); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// credentials in the address
//= {"reached":false}
let reached = false;
const at = input.state.canary.replace("http://", "");
for (const url of [`http://example.com@${at}/`, `http://${at}\\@example.com/`, `http://example.com#@${at}/`.replace("#@", "%23@"), `http:\\\\${at}/`, `http:${at}/`, ` http://${at}/`, `http://\t${at}/`]) {
  try { await fetch(url); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// an address that changes when it is read again
//= {"reached":false}
let n = 0, reached = false;
const url = { toString: () => (n++ ? input.state.canary : "https://example.com/") };
try { await fetch({ url, toString: url.toString }); reached = n > 1; } catch {}
return { kind: "continue", state: { reached } };

//// headers that split the request
//= {"reached":false}
let reached = false;
for (const headers of [{ "X-A": "b\r\nHost: evil" }, { "X-A\r\nHost": "evil" }, { Host: "evil" }, [["Transfer-Encoding", "chunked"]], { "Content-Length": "1" }, { "Proxy-Authorization": "x" }]) {
  try { await fetch(input.state.canary, { headers }); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// a method that splits the request
//= {"reached":false}
let reached = false;
for (const method of ["GET / HTTP/1.1\r\nX:", "CONNECT", "TRACE", "G\u0000ET", "x".repeat(1e5)]) {
  try { await fetch(input.state.canary, { method }); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// ports of other services
//= {"reached":false}
let reached = false;
for (const port of [22, 25, 6379, 5432, 11211, 65536, -1, "80x"]) {
  try { await fetch(`http://127.0.0.1:${port}/`); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// a secret that is not the action's
//= {"reached":false}
let reached = false;
try { await fetch(input.state.canary, { headers: { Authorization: "secret://OTHER" } }); reached = true; } catch {}
return { kind: "continue", state: { reached } };
