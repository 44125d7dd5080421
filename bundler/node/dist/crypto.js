"use strict";

// src/crypto.js
var native = $durwardNodeCrypto;
var bytes = (data, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding === "buffer" ? "utf8" : encoding);
  if (data instanceof KeyObject) return data.secret();
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return data;
  throw Object.assign(new TypeError("The data must be a string, a Buffer, a TypedArray or a DataView"), { code: "ERR_INVALID_ARG_TYPE" });
};
var out = (buffer, encoding) => encoding && encoding !== "buffer" ? Buffer.from(buffer).toString(encoding) : Buffer.from(buffer);
var later = (work, callback) => {
  if (typeof callback !== "function") throw Object.assign(new TypeError('The "callback" argument must be of type function'), { code: "ERR_INVALID_ARG_TYPE" });
  let result;
  let failure = null;
  try {
    result = work();
  } catch (err) {
    failure = err;
  }
  process.nextTick(() => failure ? callback(failure) : callback(null, result));
};
var Hash = class _Hash {
  #state;
  #done = false;
  constructor(state) {
    this.#state = state;
  }
  update(data, encoding) {
    if (this.#done) throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
    this.#state.update(bytes(data, encoding));
    return this;
  }
  digest(encoding) {
    if (this.#done) throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
    this.#done = true;
    return out(this.#state.digest(), encoding);
  }
  copy() {
    return new _Hash(this.#state.copy());
  }
};
var Hmac = class extends Hash {
};
var createHash = (name) => new Hash(native.hash(String(name)));
var createHmac = (name, key) => new Hmac(native.hmac(String(name), bytes(key)));
var handles = /* @__PURE__ */ new WeakMap();
var KeyObject = class {
  constructor(type, handle) {
    handles.set(this, handle);
    Object.defineProperty(this, "type", { value: type, enumerable: true });
  }
  get [Symbol.toStringTag]() {
    return "KeyObject";
  }
  get asymmetricKeyType() {
    return handles.get(this).kind;
  }
  get asymmetricKeyDetails() {
    const { bits, curve } = handles.get(this);
    return this.type === "secret" ? void 0 : { ...bits && { modulusLength: bits, publicExponent: 65537n }, ...curve && { namedCurve: curve } };
  }
  get symmetricKeySize() {
    return this.type === "secret" ? this.secret().length : void 0;
  }
  secret() {
    if (this.type !== "secret") throw new TypeError(`a ${this.type} key cannot be used as a secret`);
    return handles.get(this).secret;
  }
  export(options = {}) {
    if (this.type === "secret") return options.format === "jwk" ? { kty: "oct", k: this.secret().toString("base64url") } : Buffer.from(this.secret());
    if (options.format === "jwk") return JSON.parse(native.exportJWK(handles.get(this)));
    const der = native.exportKey(handles.get(this), options.format === "pem", options.type || (this.type === "public" ? "spki" : "pkcs8"));
    return options.format === "pem" ? Buffer.from(der).toString() : Buffer.from(der);
  }
  equals(other) {
    return other.type === this.type && (this.type === "secret" ? Buffer.compare(this.secret(), other.secret()) === 0 : Buffer.compare(this.export({ format: "der" }), other.export({ format: "der" })) === 0);
  }
  static from(key) {
    throw Object.assign(new Error(`a ${key && key[Symbol.toStringTag]} cannot become a KeyObject here`), { code: "ERR_NOT_AVAILABLE" });
  }
};
function read(wantPrivate, input, encoding) {
  if (input instanceof KeyObject) {
    if (input.type === "secret") throw Object.assign(new TypeError("Invalid key object type secret, expected an asymmetric key."), { code: "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE" });
    return handles.get(input);
  }
  const isOptions = typeof input === "object" && input !== null && !ArrayBuffer.isView(input) && !(input instanceof ArrayBuffer);
  const { key, format = "pem", passphrase } = isOptions ? input : { key: input };
  if (key instanceof KeyObject) return read(wantPrivate, key);
  if (format === "jwk") return native.importJWK(JSON.stringify(key), wantPrivate);
  return native.importKey(bytes(key, encoding), format === "pem", wantPrivate, passphrase !== void 0 && passphrase !== null);
}
var createSecretKey = (key, encoding) => new KeyObject("secret", { kind: void 0, secret: Buffer.from(bytes(key, encoding)) });
var createPrivateKey = (key) => new KeyObject("private", read(true, key));
var createPublicKey = (key) => {
  const handle = read(false, key);
  return new KeyObject("public", handle.type === "private" ? native.publicKey(handle) : handle);
};
function signing(key) {
  const { padding = 0, saltLength = -2, dsaEncoding = "der" } = typeof key === "object" && key !== null && !(key instanceof KeyObject) ? key : {};
  return [padding, saltLength === void 0 ? -2 : saltLength, dsaEncoding === "ieee-p1363"];
}
function sign(algorithm, data, key, callback) {
  if (callback) return later(() => sign(algorithm, data, key), callback);
  return Buffer.from(native.sign(algorithm ? String(algorithm) : "", bytes(data), read(true, key), ...signing(key)));
}
function verify(algorithm, data, key, signature, callback) {
  if (callback) return later(() => verify(algorithm, data, key, signature), callback);
  return native.verify(algorithm ? String(algorithm) : "", bytes(data), read(false, key), bytes(signature), ...signing(key));
}
var Signer = class {
  #algorithm;
  #chunks = [];
  constructor(algorithm) {
    native.hash(String(algorithm).replace(/^RSA-/i, ""));
    this.#algorithm = algorithm;
  }
  update(data, encoding) {
    this.#chunks.push(Buffer.from(bytes(data, encoding)));
    return this;
  }
  sign(key, encoding) {
    return out(sign(this.#algorithm, Buffer.concat(this.#chunks), key), encoding);
  }
  verify(key, signature, encoding) {
    return verify(this.#algorithm, Buffer.concat(this.#chunks), key, bytes(signature, encoding));
  }
};
var Cipher = class {
  #state;
  constructor(encrypt, name, key, iv, options = {}) {
    this.#state = native.cipher(encrypt, String(name).toLowerCase(), bytes(key), iv === null ? new Uint8Array() : bytes(iv), options.authTagLength || 16);
  }
  update(data, inputEncoding, outputEncoding) {
    return out(this.#state.update(bytes(data, inputEncoding)), outputEncoding);
  }
  final(encoding) {
    return out(this.#state.final(), encoding);
  }
  setAAD(data) {
    this.#state.aad(bytes(data));
    return this;
  }
  setAutoPadding(on = true) {
    this.#state.padding(on);
    return this;
  }
  getAuthTag() {
    return Buffer.from(this.#state.tag());
  }
  setAuthTag(tag, encoding) {
    this.#state.expect(bytes(tag, encoding));
    return this;
  }
};
var randomBytes = (size, callback) => callback ? later(() => randomBytes(size), callback) : Buffer.from(native.random(size));
function randomFillSync(view, offset = 0, size = view.byteLength - offset) {
  const target = view instanceof ArrayBuffer ? new Uint8Array(view) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  target.set(new Uint8Array(native.random(size)), offset);
  return view;
}
function randomInt(min, max, callback) {
  if (max === void 0 || typeof max === "function") [min, max, callback] = [0, min, max];
  if (callback) return later(() => randomInt(min, max), callback);
  return native.randomInt(min, max);
}
var derive = (sync) => (...args) => typeof args[args.length - 1] === "function" ? later(() => sync(...args.slice(0, -1)), args[args.length - 1]) : later(void 0);
var pbkdf2Sync = (password, salt, iterations, length, digest) => Buffer.from(native.pbkdf2(digest, bytes(password), bytes(salt), iterations, length));
var hkdfSync = (digest, key, salt, info, length) => native.hkdf(digest, bytes(key), bytes(salt), bytes(info), length);
var scryptSync = (password, salt, length, { N, cost = N || 16384, r, blockSize = r || 8, p, parallelization = p || 1, maxmem = 32 << 20 } = {}) => Buffer.from(native.scrypt(bytes(password), bytes(salt), cost, blockSize, parallelization, length, maxmem));
function generateKeyPairSync(type, { modulusLength = 2048, namedCurve = "", publicKeyEncoding, privateKeyEncoding } = {}) {
  const handle = native.generate(type, modulusLength, namedCurve);
  const encode = (key, encoding) => encoding ? key.export(encoding) : key;
  return { privateKey: encode(new KeyObject("private", handle), privateKeyEncoding), publicKey: encode(new KeyObject("public", native.publicKey(handle)), publicKeyEncoding) };
}
var constants = {
  RSA_PKCS1_PADDING: 1,
  RSA_NO_PADDING: 3,
  RSA_PKCS1_OAEP_PADDING: 4,
  RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1,
  RSA_PSS_SALTLEN_MAX_SIGN: -2,
  RSA_PSS_SALTLEN_AUTO: -2,
  SSL_OP_NO_TLSv1: 67108864,
  SSL_OP_NO_TLSv1_1: 268435456
};
function rsa(encrypt) {
  return (key, data) => {
    const { padding = constants.RSA_PKCS1_OAEP_PADDING, oaepHash = "sha1", oaepLabel = new Uint8Array() } = key instanceof KeyObject || typeof key === "string" ? {} : key;
    if (padding !== constants.RSA_PKCS1_OAEP_PADDING) throw new Error("only OAEP is available for encryption with RSA");
    return Buffer.from(native.oaep(encrypt, read(!encrypt, key), oaepHash, bytes(oaepLabel), bytes(data)));
  };
}
function timingSafeEqual(a, b) {
  if (a.byteLength !== b.byteLength) throw Object.assign(new RangeError("Input buffers must have the same byte length"), { code: "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH" });
  return native.equal(bytes(a), bytes(b));
}
var ciphers = ["aes-128-cbc", "aes-128-ctr", "aes-128-gcm", "aes-192-cbc", "aes-192-ctr", "aes-192-gcm", "aes-256-cbc", "aes-256-ctr", "aes-256-gcm"];
module.exports = {
  Hash,
  Hmac,
  KeyObject,
  Sign: Signer,
  Verify: Signer,
  constants,
  createHash,
  createHmac,
  createSecretKey,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  timingSafeEqual,
  hash: (name, data, encoding = "hex") => createHash(name).update(data).digest(encoding),
  createSign: (algorithm) => new Signer(algorithm),
  createVerify: (algorithm) => new Signer(algorithm),
  createCipheriv: (...args) => new Cipher(true, ...args),
  createDecipheriv: (...args) => new Cipher(false, ...args),
  randomBytes,
  pseudoRandomBytes: randomBytes,
  randomFillSync,
  randomInt,
  randomUUID: () => crypto.randomUUID(),
  randomFill: (view, ...rest) => later(() => randomFillSync(view, ...rest.slice(0, -1)), rest[rest.length - 1]),
  pbkdf2Sync,
  hkdfSync,
  scryptSync,
  generateKeyPairSync,
  pbkdf2: derive(pbkdf2Sync),
  hkdf: derive(hkdfSync),
  scrypt: derive(scryptSync),
  generateKeyPair: (type, options, callback) => {
    let pair;
    later(() => pair = generateKeyPairSync(type, options), (err) => err ? callback(err) : callback(null, pair.publicKey, pair.privateKey));
  },
  publicEncrypt: rsa(true),
  privateDecrypt: rsa(false),
  getHashes: () => native.hashes().split(" "),
  getCiphers: () => [...ciphers],
  getCurves: () => ["prime256v1", "secp384r1", "secp521r1"],
  getRandomValues: (view) => crypto.getRandomValues(view),
  get webcrypto() {
    return crypto;
  },
  get subtle() {
    return crypto.subtle;
  }
};
