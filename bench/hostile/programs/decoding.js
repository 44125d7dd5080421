//// a URL of fifty megabytes
//? continue thrown time_limit memory_limit
new URL("https://example.com/" + "x".repeat(5e7));

//// a URL of percent signs
//? continue thrown time_limit memory_limit
for (let i = 0; i < 100; i++) new URL("https://example.com/?" + "%".repeat(1e5));

//// URLs that are none
//= {"right":true}
for (const bad of ["", "x", "http://", "http://[", "http://[::1", "//", "http://a:99999", "http://\u0000", "http://%00", "javascript:", "http://xn--a", "http://" + "a.".repeat(1e4), {}, null, 1n]) {
  try { String(new URL(bad)); } catch {}
  try { String(new URL("x", bad)); } catch {}
}
return { kind: "continue", state: { right: true } };

//// a million parameters
//? continue time_limit memory_limit
const q = new URLSearchParams("a=1&".repeat(1e6));
for (let i = 0; i < 100; i++) { q.sort(); q.delete("b"); q.append("c", i); }

//// parameters that change while they are walked
//? time_limit memory_limit continue
const q = new URLSearchParams("a=1");
for (const [k, v] of q) q.append(k + "x", v);

//// atob of much
//? continue thrown time_limit memory_limit
const text = "AAAA".repeat(1e7);
for (let i = 0; i < 10; i++) atob(text);

//// btoa that grows
//? memory_limit time_limit
let s = "x";
for (;;) s = btoa(s) + btoa(s);

//// atob of nonsense
//= {"right":true}
for (const bad of ["=", "====", "A", "AA=A", "\u0000", "é", "A".repeat(1001), {}, null, Symbol.iterator]) {
  try { atob(bad); } catch {}
  try { btoa(bad); } catch {}
}
return { kind: "continue", state: { right: true } };

//// TextDecoder of much
//? memory_limit time_limit
const raw = new Uint8Array(3e7).fill(0xff);
const all = [];
for (;;) all.push(new TextDecoder().decode(raw));

//// TextEncoder of much
//? memory_limit time_limit
const text = "é".repeat(1e7);
const all = [];
for (;;) all.push(new TextEncoder().encode(text));

//// TextDecoder of what is no memory
//= {"right":true}
const d = new TextDecoder();
for (const bad of [{}, { buffer: new ArrayBuffer(4), byteOffset: 2 ** 31, byteLength: 2 ** 31 }, { buffer: new ArrayBuffer(4), byteOffset: 2 ** 62, byteLength: 2 ** 62 }, new Proxy(new Uint8Array(4), {}), "x", 1n, [1, 2]]) {
  try { d.decode(bad); } catch {}
}
return { kind: "continue", state: { right: true } };

//// Uint8Array from base64 of much
//? continue time_limit memory_limit thrown
const text = "AAAA".repeat(1e7);
const all = [];
for (let i = 0; i < 20; i++) all.push(Uint8Array.fromBase64(text));

//// decodeURIComponent of nonsense
//= {"thrown":5}
let thrown = 0;
for (const bad of ["%", "%zz", "%F4%90%80%80", "%C0%80", "%".repeat(1e5)]) {
  try { decodeURIComponent(bad); } catch { thrown++; }
}
return { kind: "continue", state: { thrown } };

//// escapes by the million
//? continue time_limit memory_limit
for (let i = 0; i < 100; i++) encodeURIComponent("\u{1f600}".repeat(1e5));
