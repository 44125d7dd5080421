//// random bytes without end
//? time_limit memory_limit
const a = new Uint8Array(65536);
for (;;) crypto.getRandomValues(a);

//// more random bytes than are given at once
//? thrown
crypto.getRandomValues(new Uint8Array(2 ** 20));

//// random bytes into anything
//= {"right":true}
for (const bad of [null, {}, [], new Float64Array(1), "x", new Proxy(new Uint8Array(4), {}), { length: 4, buffer: new ArrayBuffer(4), byteOffset: -1, byteLength: 2 ** 31 }]) {
  try { crypto.getRandomValues(bad); } catch {}
}
return { kind: "continue", state: { right: true } };

//// PBKDF2 with a thousand million rounds
//? time_limit thrown
const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "PBKDF2", false, ["deriveBits"]);
await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(16), iterations: 1e9 }, key, 512);

//// PBKDF2, a megabyte of it
//? time_limit thrown memory_limit
const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "PBKDF2", false, ["deriveBits"]);
await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(16), iterations: 100_000 }, key, 8 * 2 ** 20);

//// keys of 16384 bits
//? time_limit thrown
await crypto.subtle.generateKey({ name: "RSA-PSS", modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign", "verify"]);

//// RSA keys without end
//? time_limit thrown pending_limit
for (;;) await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign", "verify"]);

//// a digest of much, again and again
//? time_limit memory_limit thrown pending_limit
const data = new Uint8Array(1e7);
for (;;) await crypto.subtle.digest("SHA-512", data);

//// digests, a hundred thousand at once
//? continue time_limit memory_limit thrown pending_limit
await Promise.all(Array.from({ length: 1e5 }, () => crypto.subtle.digest("SHA-256", new Uint8Array(1))));

//// keys that are none
//= {"right":true}
const bad = [null, {}, new Uint8Array(0), new Uint8Array(1e6), { kty: "RSA", n: "x".repeat(1e5), e: "AQAB" }, { kty: "EC", crv: "P-256", x: "AA", y: "AA" }];
for (const format of ["raw", "jwk", "spki", "pkcs8", "x"]) {
  for (const key of bad) {
    for (const name of ["HMAC", "AES-GCM", "ECDSA", "RSA-PSS", "Ed25519", "__proto__"]) {
      try { await crypto.subtle.importKey(format, key, { name, hash: "SHA-256", namedCurve: "P-256" }, true, ["sign"]); } catch {}
    }
  }
}
return { kind: "continue", state: { right: true } };

//// an algorithm that changes while it is read
//= {"right":true}
let n = 0;
const algorithm = { get name() { return n++ % 2 ? "AES-GCM" : "HMAC"; }, get hash() { return { get name() { throw 1; } }; } };
try { await crypto.subtle.generateKey(algorithm, true, ["sign"]); } catch {}
return { kind: "continue", state: { right: true } };

//// HKDF with more than it can give
//? thrown time_limit memory_limit
const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "HKDF", false, ["deriveBits"]);
await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) }, key, 2 ** 31);
