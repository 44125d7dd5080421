// Records what Node.js makes with its Web Crypto, and checks what Go made.
//   node node.mjs > node.json     keys in all formats, signatures, ciphertexts, wrapped keys and derived bits
//   node node.mjs check < cases   exits with 1 if one of the cases, in the same form, is not what Node.js makes of it
// Bytes are base64url.
const { subtle } = globalThis.crypto;
const text = (bytes) => Buffer.from(bytes).toString("base64url");
const raw = (value) => Buffer.from(value, "base64url");
const byteMembers = ["iv", "counter", "additionalData", "label", "salt", "info"];
const opened = (params) => Object.fromEntries(Object.entries(params).map(([key, value]) => [key, byteMembers.includes(key) ? raw(value) : value]));

const formats = { secret: ["raw", "jwk"], public: ["raw", "spki", "jwk"], private: ["pkcs8", "jwk"] };
const data = Buffer.from("The quick brown fox jumps over the lazy dog");

async function written(key) {
  const forms = {};
  for (const format of formats[key.type]) {
    if (format === "raw" && key.algorithm.modulusLength) continue;
    const out = await subtle.exportKey(format, key);
    forms[format] = format === "jwk" ? out : text(out);
  }
  return forms;
}

// usages of the one key that makes the result and the one that checks it
const kinds = {
  sign: [["sign"], ["verify"]],
  encrypt: [["encrypt"], ["decrypt"]],
  derive: [["deriveBits"], []],
  wrap: [["wrapKey"], ["unwrapKey"]],
};

const bytes = (n) => text(Uint8Array.from({ length: n }, (_, i) => 7 * i + 3));
const rsa = (name, hash) => ({ name, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) });
const cases = [];
for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
  cases.push({ kind: "sign", algorithm: { name: "HMAC", hash }, params: {} });
  cases.push({ kind: "encrypt", algorithm: rsa("RSA-OAEP", hash), params: { label: bytes(5) } });
  cases.push({ kind: "derive", algorithm: { name: "HKDF" }, params: { hash, salt: bytes(8), info: bytes(9) }, bits: 376 });
  cases.push({ kind: "derive", algorithm: { name: "PBKDF2" }, params: { hash, salt: bytes(8), iterations: 1500 }, bits: 376 });
  if (hash === "SHA-1") continue;
  cases.push({ kind: "sign", algorithm: rsa("RSASSA-PKCS1-v1_5", hash), params: {} });
  cases.push({ kind: "sign", algorithm: rsa("RSA-PSS", hash), params: { saltLength: 32 } });
  for (const namedCurve of ["P-256", "P-384", "P-521"]) cases.push({ kind: "sign", algorithm: { name: "ECDSA", namedCurve }, params: { hash } });
}
for (const length of [128, 192, 256]) {
  cases.push({ kind: "encrypt", algorithm: { name: "AES-GCM", length }, params: { iv: bytes(12), additionalData: bytes(20) } });
  cases.push({ kind: "encrypt", algorithm: { name: "AES-GCM", length }, params: { iv: bytes(17), tagLength: 96 } });
  cases.push({ kind: "encrypt", algorithm: { name: "AES-CBC", length }, params: { iv: bytes(16) } });
  // These start again at 0 after one and after two blocks.
  cases.push({ kind: "encrypt", algorithm: { name: "AES-CTR", length }, params: { counter: text(Buffer.alloc(16, 0xff)), length: 64 } });
  cases.push({ kind: "encrypt", algorithm: { name: "AES-CTR", length }, params: { counter: text(Buffer.alloc(16, 0xfe)), length: 128 } });
  cases.push({ kind: "encrypt", algorithm: { name: "AES-CTR", length }, params: { counter: text(Buffer.alloc(16, 0xfe)), length: 2 } });
  cases.push({ kind: "wrap", algorithm: { name: "AES-KW", length }, params: {} });
}
for (const namedCurve of ["P-256", "P-384", "P-521"]) cases.push({ kind: "derive", algorithm: { name: "ECDH", namedCurve }, params: {}, bits: 200 });
cases.push({ kind: "sign", algorithm: { name: "Ed25519" }, params: {} });
cases.push({ kind: "derive", algorithm: { name: "X25519" }, params: {}, bits: 200 });

async function record(c) {
  const [making, checking] = kinds[c.kind];
  const { name } = c.algorithm;
  let own, other;
  if (["HKDF", "PBKDF2"].includes(name)) {
    own = await subtle.importKey("raw", data, name, false, making);
    c.keys = { secret: { raw: text(data) } };
  } else {
    const made = await subtle.generateKey(c.algorithm, true, [...making, ...checking]);
    own = name === "RSA-OAEP" ? made.publicKey : made.privateKey ?? made;
    c.keys = made.privateKey ? { private: await written(made.privateKey), public: await written(made.publicKey) } : { secret: await written(made) };
    if (["ECDH", "X25519"].includes(name)) {
      other = (await subtle.generateKey(c.algorithm, true, making)).publicKey;
      c.other = text(await subtle.exportKey("raw", other));
    }
  }
  delete c.algorithm.publicExponent;
  const params = { ...opened(c.params), name, ...(other && { public: other }) };
  c.data = text(data);
  if (c.kind === "sign") c.result = text(await subtle.sign(params, own, data));
  if (c.kind === "encrypt") c.result = text(await subtle.encrypt(params, own, data));
  if (c.kind === "derive") c.result = text(await subtle.deriveBits(params, own, c.bits));
  if (c.kind === "wrap") {
    c.data = bytes(32);
    const inner = await subtle.importKey("raw", raw(c.data), "AES-GCM", true, ["encrypt"]);
    c.result = text(await subtle.wrapKey("raw", inner, own, params));
  }
  return c;
}

async function check(c) {
  const [making, checking] = kinds[c.kind];
  const { name } = c.algorithm;
  const keys = [];
  const half = c.kind === "derive" || name === "RSA-OAEP" ? "private" : "public";
  for (const [format, key] of Object.entries(c.keys.secret ?? c.keys[half]))
    keys.push(await subtle.importKey(format, format === "jwk" ? { ...key, key_ops: undefined } : raw(key), c.algorithm, false, c.kind === "derive" ? making : checking));
  const params = { ...opened(c.params), name };
  if (c.other) params.public = await subtle.importKey("raw", raw(c.other), c.algorithm, false, []);
  for (const key of keys) {
    let good = false;
    if (c.kind === "sign") good = await subtle.verify(params, key, raw(c.result), raw(c.data));
    if (c.kind === "encrypt") good = text(await subtle.decrypt(params, key, raw(c.result))) === c.data;
    if (c.kind === "derive") good = text(await subtle.deriveBits(params, key, c.bits)) === c.result;
    if (c.kind === "wrap") {
      const inner = await subtle.unwrapKey("raw", raw(c.result), key, params, "AES-GCM", true, ["encrypt"]);
      good = text(await subtle.exportKey("raw", inner)) === c.data;
    }
    if (!good) throw new Error(`${c.kind} ${JSON.stringify(c.algorithm)}: not what Node.js makes of it`);
  }
}

if (process.argv[2] === "check") {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  for (const c of JSON.parse(Buffer.concat(chunks))) await check(c);
} else {
  const done = [];
  for (const c of cases) done.push(await record(c));
  console.log(JSON.stringify(done, null, 1));
}
