// What actions have of Node.js. Modules that are only there so that packages can be loaded are left out, and members that are of no use in an action.

type BufferEncoding = "utf8" | "utf-8" | "utf16le" | "utf-16le" | "ucs2" | "ucs-2" | "base64" | "base64url" | "latin1" | "binary" | "ascii" | "hex";

declare class Buffer extends Uint8Array {
  private constructor();
  static alloc(size: number, fill?: string | Uint8Array | number, encoding?: BufferEncoding): Buffer;
  static allocUnsafe(size: number): Buffer;
  static allocUnsafeSlow(size: number): Buffer;
  static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: BufferEncoding): number;
  static compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
  static concat(list: readonly Uint8Array[], totalLength?: number): Buffer;
  static from(data: string, encoding?: BufferEncoding): Buffer;
  static from(data: ArrayBuffer | SharedArrayBuffer, byteOffset?: number, length?: number): Buffer;
  static from(data: Iterable<number> | ArrayLike<number>): Buffer;
  static isBuffer(value: unknown): value is Buffer;
  static isEncoding(encoding: string): encoding is BufferEncoding;
  compare(target: Uint8Array, targetStart?: number, targetEnd?: number, sourceStart?: number, sourceEnd?: number): -1 | 0 | 1;
  copy(target: Uint8Array, targetStart?: number, sourceStart?: number, sourceEnd?: number): number;
  equals(other: Uint8Array): boolean;
  fill(value: string | Uint8Array | number, offset?: number, end?: number, encoding?: BufferEncoding): this;
  fill(value: string | Uint8Array, encoding: BufferEncoding): this;
  includes(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): boolean;
  indexOf(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): number;
  lastIndexOf(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): number;
  slice(start?: number, end?: number): Buffer;
  subarray(start?: number, end?: number): Buffer;
  swap16(): Buffer;
  swap32(): Buffer;
  swap64(): Buffer;
  toJSON(): { type: "Buffer"; data: number[] };
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  write(text: string, encoding?: BufferEncoding): number;
  write(text: string, offset: number, encoding?: BufferEncoding): number;
  write(text: string, offset: number, length: number, encoding?: BufferEncoding): number;
  readBigInt64BE(offset?: number): bigint;
  readBigInt64LE(offset?: number): bigint;
  readBigUInt64BE(offset?: number): bigint;
  readBigUInt64LE(offset?: number): bigint;
  readDoubleBE(offset?: number): number;
  readDoubleLE(offset?: number): number;
  readFloatBE(offset?: number): number;
  readFloatLE(offset?: number): number;
  readInt8(offset?: number): number;
  readInt16BE(offset?: number): number;
  readInt16LE(offset?: number): number;
  readInt32BE(offset?: number): number;
  readInt32LE(offset?: number): number;
  readIntBE(offset: number, byteLength: number): number;
  readIntLE(offset: number, byteLength: number): number;
  readUInt8(offset?: number): number;
  readUInt16BE(offset?: number): number;
  readUInt16LE(offset?: number): number;
  readUInt32BE(offset?: number): number;
  readUInt32LE(offset?: number): number;
  readUIntBE(offset: number, byteLength: number): number;
  readUIntLE(offset: number, byteLength: number): number;
  writeBigInt64BE(value: bigint, offset?: number): number;
  writeBigInt64LE(value: bigint, offset?: number): number;
  writeBigUInt64BE(value: bigint, offset?: number): number;
  writeBigUInt64LE(value: bigint, offset?: number): number;
  writeDoubleBE(value: number, offset?: number): number;
  writeDoubleLE(value: number, offset?: number): number;
  writeFloatBE(value: number, offset?: number): number;
  writeFloatLE(value: number, offset?: number): number;
  writeInt8(value: number, offset?: number): number;
  writeInt16BE(value: number, offset?: number): number;
  writeInt16LE(value: number, offset?: number): number;
  writeInt32BE(value: number, offset?: number): number;
  writeInt32LE(value: number, offset?: number): number;
  writeIntBE(value: number, offset: number, byteLength: number): number;
  writeIntLE(value: number, offset: number, byteLength: number): number;
  writeUInt8(value: number, offset?: number): number;
  writeUInt16BE(value: number, offset?: number): number;
  writeUInt16LE(value: number, offset?: number): number;
  writeUInt32BE(value: number, offset?: number): number;
  writeUInt32LE(value: number, offset?: number): number;
  writeUIntBE(value: number, offset: number, byteLength: number): number;
  writeUIntLE(value: number, offset: number, byteLength: number): number;
}

/** What libraries ask of the process that they run in. It tells nothing about the machine: the environment is empty. */
declare var process: {
  readonly argv: string[];
  readonly env: Record<string, string | undefined>;
  readonly pid: number;
  readonly platform: string;
  readonly version: string;
  readonly versions: Record<string, string | undefined>;
  cwd(): string;
  emitWarning(warning: string | Error): void;
  hrtime: { (since?: [number, number]): [number, number]; bigint(): bigint };
  memoryUsage(): { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
  nextTick<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void;
  uptime(): number;
};

declare function setImmediate<A extends unknown[]>(callback: (...args: A) => void, ...args: A): number;
declare function clearImmediate(id: number | undefined): void;

/** Loads a module as CommonJS does. The name must be written out: nothing is loaded while an action runs. */
declare function require(name: string): any;
declare var module: { exports: any };
declare var exports: any;

declare module "node:assert" {
  interface Assert {
    (value: unknown, message?: string | Error): asserts value;
    AssertionError: typeof AssertionError;
    deepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    deepStrictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    doesNotMatch(text: string, pattern: RegExp, message?: string | Error): void;
    doesNotReject(promise: Promise<unknown> | (() => Promise<unknown>)): Promise<void>;
    doesNotThrow(f: () => unknown): void;
    equal(actual: unknown, expected: unknown, message?: string | Error): void;
    fail(message?: string | Error): never;
    ifError(value: unknown): void;
    match(text: string, pattern: RegExp, message?: string | Error): void;
    notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    ok(value: unknown, message?: string | Error): asserts value;
    rejects(promise: Promise<unknown> | (() => Promise<unknown>), expected?: unknown, message?: string | Error): Promise<void>;
    strict: Assert;
    strictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    throws(f: () => unknown, expected?: unknown, message?: string | Error): void;
  }
  class AssertionError extends Error {
    constructor(options: { message?: string; actual?: unknown; expected?: unknown; operator?: string });
    readonly actual: unknown;
    readonly code: "ERR_ASSERTION";
    readonly expected: unknown;
    readonly generatedMessage: boolean;
  }
  const assert: Assert;
  export = assert;
}

declare module "node:assert/strict" {
  import assert = require("node:assert");
  export = assert;
}

declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    enterWith(store: T): void;
    exit<R, A extends unknown[]>(callback: (...args: A) => R, ...args: A): R;
    getStore(): T | undefined;
    run<R, A extends unknown[]>(store: T, callback: (...args: A) => R, ...args: A): R;
  }
  export const AsyncResource: any;
  export const createHook: any;
  export function executionAsyncId(): number;
  export function triggerAsyncId(): number;
}

declare module "node:buffer" {
  const Bytes: typeof Buffer;
  type Bytes = Buffer;
  const decode: typeof atob;
  const encode: typeof btoa;
  const Data: typeof Blob;
  type Data = Blob;
  const Named: typeof File;
  type Named = File;
  export { Bytes as Buffer, decode as atob, encode as btoa, Data as Blob, Named as File };
  export const constants: { MAX_LENGTH: number; MAX_STRING_LENGTH: number };
  export const kMaxLength: number;
  export function isAscii(bytes: ArrayBuffer | ArrayBufferView): boolean;
  export function isUtf8(bytes: ArrayBuffer | ArrayBufferView): boolean;
}

declare module "node:constants" {
  const constants: Record<string, number>;
  export = constants;
}

declare module "node:crypto" {
  type Bytes = string | ArrayBuffer | ArrayBufferView;
  type Callback<T> = (err: Error | null, result: T) => void;
  type KeyInput = Bytes | KeyObject | { key: Bytes | KeyObject | JsonWebKey; format?: "pem" | "der" | "jwk"; type?: string; passphrase?: string; padding?: number; saltLength?: number; dsaEncoding?: "der" | "ieee-p1363"; oaepHash?: string; oaepLabel?: ArrayBufferView };
  interface KeyEncoding {
    format: "pem" | "der" | "jwk";
    type?: "spki" | "pkcs1" | "pkcs8" | "sec1";
  }
  interface KeyPairOptions {
    modulusLength?: number;
    namedCurve?: string;
    publicKeyEncoding?: KeyEncoding;
    privateKeyEncoding?: KeyEncoding;
  }
  interface ScryptOptions {
    N?: number;
    cost?: number;
    r?: number;
    blockSize?: number;
    p?: number;
    parallelization?: number;
    maxmem?: number;
  }
  /** A hash. It is no stream. */
  export class Hash {
    private constructor();
    copy(): Hash;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class Hmac {
    private constructor();
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class KeyObject {
    private constructor();
    readonly asymmetricKeyDetails?: { modulusLength?: number; publicExponent?: bigint; namedCurve?: string };
    readonly asymmetricKeyType?: string;
    readonly symmetricKeySize?: number;
    readonly type: "secret" | "public" | "private";
    equals(other: KeyObject): boolean;
    export(options: { format: "jwk" }): JsonWebKey;
    export(options: { format: "pem"; type?: "spki" | "pkcs1" | "pkcs8" | "sec1" }): string;
    export(options?: { format?: "der" | "buffer"; type?: "spki" | "pkcs1" | "pkcs8" | "sec1" }): Buffer;
  }
  export class Sign {
    constructor(algorithm: string);
    sign(key: KeyInput): Buffer;
    sign(key: KeyInput, encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class Verify {
    constructor(algorithm: string);
    update(data: Bytes, encoding?: BufferEncoding): this;
    verify(key: KeyInput, signature: Bytes, encoding?: BufferEncoding): boolean;
  }
  interface Cipher {
    final(): Buffer;
    final(encoding: BufferEncoding): string;
    getAuthTag(): Buffer;
    setAAD(data: Bytes): this;
    setAutoPadding(on?: boolean): this;
    update(data: Bytes): Buffer;
    update(data: Bytes, inputEncoding: BufferEncoding | undefined, outputEncoding: BufferEncoding): string;
    update(data: string, inputEncoding: BufferEncoding): Buffer;
  }
  interface Decipher extends Omit<Cipher, "getAuthTag"> {
    setAuthTag(tag: Bytes, encoding?: BufferEncoding): this;
  }
  export const constants: Record<string, number>;
  export const subtle: SubtleCrypto;
  export const webcrypto: Crypto;
  export function createCipheriv(algorithm: string, key: Bytes | KeyObject, iv: Bytes | null, options?: { authTagLength?: number }): Cipher;
  export function createDecipheriv(algorithm: string, key: Bytes | KeyObject, iv: Bytes | null, options?: { authTagLength?: number }): Decipher;
  export function createHash(algorithm: string): Hash;
  export function createHmac(algorithm: string, key: Bytes | KeyObject): Hmac;
  export function createPrivateKey(key: KeyInput): KeyObject;
  export function createPublicKey(key: KeyInput): KeyObject;
  export function createSecretKey(key: Bytes, encoding?: BufferEncoding): KeyObject;
  export function createSign(algorithm: string): Sign;
  export function createVerify(algorithm: string): Verify;
  export function generateKeyPair(type: "rsa" | "ec" | "ed25519" | "x25519" | (string & {}), options: KeyPairOptions | undefined, callback: (err: Error | null, publicKey: any, privateKey: any) => void): void;
  export function generateKeyPairSync(type: "rsa" | "ec" | "ed25519" | "x25519" | (string & {}), options?: { modulusLength?: number; namedCurve?: string }): { publicKey: KeyObject; privateKey: KeyObject };
  export function generateKeyPairSync(type: string, options: KeyPairOptions): { publicKey: any; privateKey: any };
  export function getCiphers(): string[];
  export function getCurves(): string[];
  export function getHashes(): string[];
  export function getRandomValues<T extends Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array>(array: T): T;
  export function hash(algorithm: string, data: Bytes, encoding?: BufferEncoding): string;
  export function hash(algorithm: string, data: Bytes, encoding: "buffer"): Buffer;
  export function hkdf(digest: string, key: Bytes | KeyObject, salt: Bytes, info: Bytes, length: number, callback: Callback<ArrayBuffer>): void;
  export function hkdfSync(digest: string, key: Bytes | KeyObject, salt: Bytes, info: Bytes, length: number): ArrayBuffer;
  export function pbkdf2(password: Bytes, salt: Bytes, iterations: number, length: number, digest: string, callback: Callback<Buffer>): void;
  export function pbkdf2Sync(password: Bytes, salt: Bytes, iterations: number, length: number, digest: string): Buffer;
  export function privateDecrypt(key: KeyInput, data: Bytes): Buffer;
  export function publicEncrypt(key: KeyInput, data: Bytes): Buffer;
  export function randomBytes(size: number): Buffer;
  export function randomBytes(size: number, callback: Callback<Buffer>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, callback: Callback<T>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, offset: number, callback: Callback<T>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, offset: number, size: number, callback: Callback<T>): void;
  export function randomFillSync<T extends ArrayBuffer | ArrayBufferView>(view: T, offset?: number, size?: number): T;
  export function randomInt(max: number): number;
  export function randomInt(min: number, max: number): number;
  export function randomInt(min: number, max: number, callback: Callback<number>): void;
  export function randomUUID(): string;
  export function scrypt(password: Bytes, salt: Bytes, length: number, callback: Callback<Buffer>): void;
  export function scrypt(password: Bytes, salt: Bytes, length: number, options: ScryptOptions, callback: Callback<Buffer>): void;
  export function scryptSync(password: Bytes, salt: Bytes, length: number, options?: ScryptOptions): Buffer;
  export function sign(algorithm: string | null | undefined, data: Bytes, key: KeyInput): Buffer;
  export function sign(algorithm: string | null | undefined, data: Bytes, key: KeyInput, callback: Callback<Buffer>): void;
  export function timingSafeEqual(a: ArrayBuffer | ArrayBufferView, b: ArrayBuffer | ArrayBufferView): boolean;
  export function verify(algorithm: string | null | undefined, data: Bytes, key: KeyInput, signature: Bytes): boolean;
  export function verify(algorithm: string | null | undefined, data: Bytes, key: KeyInput, signature: Bytes, callback: Callback<boolean>): void;
}

declare module "node:diagnostics_channel" {
  export const channel: any, hasSubscribers: any, subscribe: any, tracingChannel: any, unsubscribe: any;
}

declare module "node:events" {
  type Listener = (...args: any[]) => void;
  class EventEmitter {
    static defaultMaxListeners: number;
    static listenerCount(emitter: EventEmitter, event: string | symbol): number;
    static once(emitter: EventEmitter | EventTarget, event: string | symbol, options?: { signal?: AbortSignal }): Promise<any[]>;
    static addAbortListener(signal: AbortSignal, listener: (event: Event) => void): any;
    static getEventListeners(emitter: EventEmitter | EventTarget, event: string | symbol): Function[];
    static setMaxListeners(n?: number, ...emitters: (EventEmitter | EventTarget)[]): void;
    static readonly captureRejectionSymbol: symbol;
    static readonly errorMonitor: symbol;
    addListener(event: string | symbol, listener: Listener): this;
    emit(event: string | symbol, ...args: any[]): boolean;
    eventNames(): (string | symbol)[];
    getMaxListeners(): number;
    listenerCount(event: string | symbol): number;
    listeners(event: string | symbol): Function[];
    off(event: string | symbol, listener: Listener): this;
    on(event: string | symbol, listener: Listener): this;
    once(event: string | symbol, listener: Listener): this;
    prependListener(event: string | symbol, listener: Listener): this;
    prependOnceListener(event: string | symbol, listener: Listener): this;
    rawListeners(event: string | symbol): Function[];
    removeAllListeners(event?: string | symbol): this;
    removeListener(event: string | symbol, listener: Listener): this;
    setMaxListeners(n: number): this;
  }
  import events = require("node:events");
  namespace EventEmitter {
    export { events as EventEmitter };
  }
  export = EventEmitter;
}

declare module "node:http" {
  export const Agent: any, ClientRequest: any, IncomingMessage: any, OutgoingMessage: any, ServerResponse: any, globalAgent: any;
  export const METHODS: string[];
  export const STATUS_CODES: Record<string, string | undefined>;
  export const maxHeaderSize: number;
  /** Sends a request, as fetch does, and by the same rules. */
  export const get: any, request: any;
  export function validateHeaderName(name: string): void;
  export function validateHeaderValue(name: string, value: string): void;
}

declare module "node:https" {
  export const Agent: any, globalAgent: any;
  /** Sends a request, as fetch does, and by the same rules. */
  export const get: any, request: any;
}

declare module "node:os" {
  export const EOL: string;
  export const devNull: string;
  export const constants: Record<string, any>;
  export function arch(): string;
  export function availableParallelism(): number;
  export function cpus(): any[];
  export function endianness(): "BE" | "LE";
  export function freemem(): number;
  export function homedir(): string;
  export function hostname(): string;
  export function loadavg(): number[];
  export function machine(): string;
  export function networkInterfaces(): Record<string, any>;
  export function platform(): string;
  export function release(): string;
  export function tmpdir(): string;
  export function totalmem(): number;
  export function type(): string;
  export function uptime(): number;
  export function userInfo(): any;
  export function version(): string;
}

declare module "node:path" {
  interface Parts {
    root: string;
    dir: string;
    base: string;
    ext: string;
    name: string;
  }
  interface Path {
    basename(path: string, suffix?: string): string;
    readonly delimiter: string;
    dirname(path: string): string;
    extname(path: string): string;
    format(parts: Partial<Parts>): string;
    isAbsolute(path: string): boolean;
    join(...parts: string[]): string;
    normalize(path: string): string;
    parse(path: string): Parts;
    readonly posix: Path;
    relative(from: string, to: string): string;
    resolve(...parts: string[]): string;
    readonly sep: string;
  }
  const path: Path;
  export = path;
}

declare module "node:path/posix" {
  import path = require("node:path");
  export = path;
}

declare module "node:perf_hooks" {
  export const PerformanceObserver: any, constants: any;
  export const performance: { now(): number; readonly timeOrigin: number; [name: string]: any };
}

declare module "node:process" {
  export = process;
}

declare module "node:punycode" {
  export const ucs2: { decode(text: string): number[]; encode(points: readonly number[]): string };
  export const version: string;
  export function decode(text: string): string;
  export function encode(text: string): string;
  export function toASCII(domain: string): string;
  export function toUnicode(domain: string): string;
}

declare module "node:querystring" {
  type Query = { [name: string]: string | string[] | undefined };
  interface ParseOptions {
    decodeURIComponent?: (text: string) => string;
    maxKeys?: number;
  }
  export function decode(text: string, separator?: string, equals?: string, options?: ParseOptions): Query;
  export function encode(values?: object, separator?: string, equals?: string, options?: { encodeURIComponent?: (text: string) => string }): string;
  export function escape(text: string): string;
  export function parse(text: string, separator?: string, equals?: string, options?: ParseOptions): Query;
  export function stringify(values?: object, separator?: string, equals?: string, options?: { encodeURIComponent?: (text: string) => string }): string;
  export function unescape(text: string): string;
}

declare module "node:stream" {
  export const Duplex: any, PassThrough: any, Readable: any, Stream: any, Transform: any, Writable: any;
  export const addAbortSignal: any, compose: any, destroy: any, finished: any, pipeline: any, promises: any;
  export const getDefaultHighWaterMark: any, isDestroyed: any, isDisturbed: any, isErrored: any, isReadable: any, isWritable: any, setDefaultHighWaterMark: any;
}

declare module "node:stream/promises" {
  export const finished: any, pipeline: any;
}

declare module "node:stream/web" {
  const Stream: typeof ReadableStream;
  type Stream = ReadableStream;
  export { Stream as ReadableStream };
}

declare module "node:string_decoder" {
  export class StringDecoder {
    constructor(encoding?: BufferEncoding);
    end(bytes?: Uint8Array): string;
    write(bytes: Uint8Array): string;
  }
}

declare module "node:timers" {
  const later: typeof setTimeout;
  const notLater: typeof clearTimeout;
  const repeat: typeof setInterval;
  const notRepeat: typeof clearInterval;
  const soon: typeof setImmediate;
  const notSoon: typeof clearImmediate;
  export { later as setTimeout, notLater as clearTimeout, repeat as setInterval, notRepeat as clearInterval, soon as setImmediate, notSoon as clearImmediate };
  export * as promises from "node:timers/promises";
}

declare module "node:timers/promises" {
  export function setImmediate<T = void>(value?: T): Promise<T>;
  export function setTimeout<T = void>(ms?: number, value?: T): Promise<T>;
  export const scheduler: { wait(ms: number): Promise<void>; yield(): Promise<void> };
}

declare module "node:url" {
  const Address: typeof URL;
  type Address = URL;
  const Query: typeof URLSearchParams;
  type Query = URLSearchParams;
  export { Address as URL, Query as URLSearchParams };
  interface Parts {
    auth: string | null;
    hash: string | null;
    host: string | null;
    hostname: string | null;
    href: string;
    path: string | null;
    pathname: string | null;
    port: string | null;
    protocol: string | null;
    query: any;
    search: string | null;
    slashes: boolean | null;
  }
  export function domainToASCII(domain: string): string;
  export function domainToUnicode(domain: string): string;
  export function fileURLToPath(url: string | URL): string;
  export function format(url: URL, options?: { fragment?: boolean; search?: boolean; auth?: boolean }): string;
  export function format(url: string | Partial<Parts>): string;
  export function parse(url: string, parseQuery?: boolean, slashesDenoteHost?: boolean): Parts;
  export function pathToFileURL(path: string): URL;
  export function resolve(from: string, to: string): string;
  export function urlToHttpOptions(url: URL): Record<string, any>;
}

declare module "node:util" {
  const Decoder: typeof TextDecoder;
  type Decoder = TextDecoder;
  const Encoder: typeof TextEncoder;
  type Encoder = TextEncoder;
  export { Decoder as TextDecoder, Encoder as TextEncoder };
  export * as types from "node:util/types";
  export function callbackify<A extends unknown[], R>(f: (...args: A) => Promise<R>): (...args: [...A, (err: Error | null, result: R) => void]) => void;
  export function debuglog(section: string): ((...args: unknown[]) => void) & { enabled: boolean };
  export function deprecate<F extends Function>(f: F, message?: string, code?: string): F;
  export function format(...args: unknown[]): string;
  export function formatWithOptions(options: object, ...args: unknown[]): string;
  export function inherits(constructor: Function, parent: Function): void;
  export const inspect: { (value: unknown, options?: { depth?: number | null }): string; readonly custom: unique symbol };
  export function isDeepStrictEqual(a: unknown, b: unknown): boolean;
  export function promisify<A extends unknown[], R>(f: (...args: [...A, (err: any, result: R) => void]) => void): (...args: A) => Promise<R>;
  export function promisify(f: Function): (...args: any[]) => Promise<any>;
  export function stripVTControlCharacters(text: string): string;
  export function styleText(format: string | string[], text: string): string;
  export function toUSVString(text: string): string;
}

declare module "node:util/types" {
  export function isAnyArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isArrayBufferView(value: unknown): value is ArrayBufferView;
  export function isBoxedPrimitive(value: unknown): boolean;
  export function isDataView(value: unknown): value is DataView;
  export function isDate(value: unknown): value is Date;
  export function isMap(value: unknown): value is Map<unknown, unknown>;
  export function isNativeError(value: unknown): value is Error;
  export function isPromise(value: unknown): value is Promise<unknown>;
  export function isProxy(value: unknown): boolean;
  export function isRegExp(value: unknown): value is RegExp;
  export function isSet(value: unknown): value is Set<unknown>;
  export function isTypedArray(value: unknown): boolean;
  export function isUint8Array(value: unknown): value is Uint8Array;
  export function isWeakMap(value: unknown): value is WeakMap<object, unknown>;
  export function isWeakSet(value: unknown): value is WeakSet<object>;
  export function isArgumentsObject(value: unknown): boolean;
  export function isAsyncFunction(value: unknown): boolean;
  export function isBigIntObject(value: unknown): boolean;
  export function isBooleanObject(value: unknown): boolean;
  export function isExternal(value: unknown): boolean;
  export function isGeneratorFunction(value: unknown): boolean;
  export function isGeneratorObject(value: unknown): boolean;
  export function isKeyObject(value: unknown): boolean;
  export function isMapIterator(value: unknown): boolean;
  export function isModuleNamespaceObject(value: unknown): boolean;
  export function isNumberObject(value: unknown): boolean;
  export function isSetIterator(value: unknown): boolean;
  export function isStringObject(value: unknown): boolean;
  export function isSymbolObject(value: unknown): boolean;
  export function isBigInt64Array(value: unknown): value is BigInt64Array;
  export function isBigUint64Array(value: unknown): value is BigUint64Array;
  export function isCryptoKey(value: unknown): value is CryptoKey;
  export function isFloat32Array(value: unknown): value is Float32Array;
  export function isFloat64Array(value: unknown): value is Float64Array;
  export function isInt16Array(value: unknown): value is Int16Array;
  export function isInt32Array(value: unknown): value is Int32Array;
  export function isInt8Array(value: unknown): value is Int8Array;
  export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer;
  export function isUint16Array(value: unknown): value is Uint16Array;
  export function isUint32Array(value: unknown): value is Uint32Array;
  export function isUint8ClampedArray(value: unknown): value is Uint8ClampedArray;
}
