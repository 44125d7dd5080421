// The globals of an action, besides the language's own.

interface Console {
  /** Writes a line to the execution's log: strings as they are, errors with their stack, everything else as JSON. */
  log(...data: unknown[]): void;
  trace(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  info(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
}
declare var console: Console;

/** Calls back after so many milliseconds, within the action's time budget. Returns what clearTimeout takes. */
declare function setTimeout<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): number;
declare function clearTimeout(id: number | undefined): void;
declare function setInterval<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): number;
declare function clearInterval(id: number | undefined): void;
declare function queueMicrotask(callback: () => void): void;

declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toJSON(): string;
  toString(): string;
}

declare class URLSearchParams {
  constructor(init?: string | URLSearchParams | Record<string, string> | Iterable<readonly [string, string]>);
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  entries(): IterableIterator<[string, string]>;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

/** Encodes to UTF-8. */
declare class TextEncoder {
  readonly encoding: string;
  encode(input?: string): Uint8Array;
}

/** Decodes UTF-8. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}

declare function structuredClone<T>(value: T): T;

/** Decodes base64 to a string with one character per byte. */
declare function atob(data: string): string;
/** Encodes a string with one character per byte as base64. */
declare function btoa(data: string): string;

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly code: number;
}

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

declare class Event {
  constructor(type: string, init?: EventInit);
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly currentTarget: EventTarget | null;
  readonly defaultPrevented: boolean;
  readonly eventPhase: number;
  readonly isTrusted: boolean;
  readonly target: EventTarget | null;
  readonly timeStamp: number;
  readonly type: string;
  preventDefault(): void;
  stopImmediatePropagation(): void;
  stopPropagation(): void;
}

type EventListener = ((event: Event) => void) | { handleEvent(event: Event): void };

declare class EventTarget {
  addEventListener(type: string, listener: EventListener | null, options?: boolean | { capture?: boolean; once?: boolean; signal?: AbortSignal }): void;
  dispatchEvent(event: Event): boolean;
  removeEventListener(type: string, listener: EventListener | null, options?: boolean | { capture?: boolean }): void;
}

declare class AbortSignal extends EventTarget {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  /** Aborts with a TimeoutError after so many milliseconds. */
  static timeout(ms: number): AbortSignal;
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((this: AbortSignal, event: Event) => void) | null;
  throwIfAborted(): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

type HeadersInit = Headers | Record<string, string> | Iterable<readonly [string, string]>;

declare class Headers {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string]>;
  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

declare class Blob {
  constructor(parts?: Iterable<string | Blob | ArrayBuffer | ArrayBufferView>, options?: { type?: string; endings?: "transparent" | "native" });
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  slice(start?: number, end?: number, type?: string): Blob;
  stream(): ReadableStream;
  text(): Promise<string>;
}

declare class File extends Blob {
  constructor(parts: Iterable<string | Blob | ArrayBuffer | ArrayBufferView>, name: string, options?: { type?: string; endings?: "transparent" | "native"; lastModified?: number });
  readonly lastModified: number;
  readonly name: string;
}

declare class FormData {
  append(name: string, value: string): void;
  append(name: string, value: Blob, filename?: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string | File]>;
  forEach(callback: (value: string | File, name: string, form: FormData) => void, thisArg?: unknown): void;
  get(name: string): string | File | null;
  getAll(name: string): (string | File)[];
  has(name: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  set(name: string, value: Blob, filename?: string): void;
  values(): IterableIterator<string | File>;
  [Symbol.iterator](): IterableIterator<[string, string | File]>;
}

interface ReadableStreamDefaultReader {
  readonly closed: Promise<void>;
  cancel(reason?: unknown): Promise<void>;
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value: undefined }>;
  releaseLock(): void;
}

/** The body of a request or a response, or the content of a Blob. An action cannot make a stream of its own. */
declare class ReadableStream {
  private constructor();
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReadableStreamDefaultReader;
  tee(): [ReadableStream, ReadableStream];
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array>;
}

type BodyInit = string | URLSearchParams | FormData | Blob | ArrayBuffer | ArrayBufferView | ReadableStream;

interface Body {
  readonly body: ReadableStream | null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  blob(): Promise<Blob>;
  bytes(): Promise<Uint8Array>;
  formData(): Promise<FormData>;
  json(): Promise<any>;
  text(): Promise<string>;
}

interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | null;
  /** What happens to a redirect. Default: "follow", at most 5 times. */
  redirect?: "follow" | "error" | "manual";
  signal?: AbortSignal | null;
}

interface Request extends Body {}
declare class Request {
  constructor(input: string | URL | Request, init?: RequestInit);
  readonly headers: Headers;
  readonly method: string;
  readonly redirect: "follow" | "error" | "manual";
  readonly signal: AbortSignal;
  readonly url: string;
  clone(): Request;
}

interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

interface Response extends Body {}
declare class Response {
  constructor(body?: BodyInit | null, init?: ResponseInit);
  static error(): Response;
  static json(data: unknown, init?: ResponseInit): Response;
  static redirect(url: string | URL, status?: number): Response;
  readonly headers: Headers;
  readonly ok: boolean;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly type: "basic" | "default" | "error";
  readonly url: string;
  clone(): Response;
}

/**
 * Sends a request over http or https, as far as the tenant's policy allows it. The promise is rejected with a TypeError if there is no answer; its
 * property code says why, for example "egress_denied", "dns", "connect", "tls" or "timeout".
 */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;

interface ConfigList {
  /** Whether the text is in the list, exactly. */
  has(text: string): boolean;
  /** Whether an entry stands for the domain, or for the domain of the e-mail address: example.com for itself, *.example.com for its subdomains. */
  hasDomain(address: string): boolean;
  /** Whether an entry, an address or a network in CIDR notation, holds the IP address. */
  hasAddress(address: string): boolean;
}

interface Durward {
  /** Values that the action keeps from one execution to another, for a while. They can be gone at any time. */
  readonly cache: {
    /** The value, or undefined if there is none. */
    get(key: string): Promise<any>;
    /** Keeps a value, which must be at most 64 KiB as JSON, for 1 second to 24 hours. Default: 300 seconds. */
    set(key: string, value: unknown, options?: { ttl_seconds?: number }): Promise<void>;
    /** Says whether there was one. */
    delete(key: string): Promise<boolean>;
  };
  readonly counter: {
    /**
     * Counts a hit, and says how many there were in the last window_seconds (up to 30 days), and whether that is more than the limit. A durable hit is stored before it is answered, and
     * counts after a restart of the server too.
     */
    hit(key: string, options: { window_seconds: number; limit?: number; durable?: boolean }): Promise<{ count: number; reset_in_seconds: number; exceeded: boolean }>;
  };
  readonly ip: {
    /** An address in the form in which equal addresses are equal texts; undefined if it is none. */
    normal(address: string): string | undefined;
    /** The network that an address is in, for example 2001:db8::/64; undefined if it is no address. Default: all 32 bits of IPv4, and 64 of IPv6. */
    network(address: string, bits?: { v4?: number; v6?: number }): string | undefined;
    /** Whether an address is in one of a few networks, each an address or in CIDR notation. Throws a TypeError for what is no network. */
    within(address: string, networks: Iterable<string>): boolean;
  };
  /** The domain of an e-mail address, or of a domain by itself, in lower case and with ASCII labels; undefined if it is none. */
  domain(address: string): string | undefined;
  /**
   * A list of strings of the config, by its name, to look things up in. That takes as long in a list of 100,000 entries as in one of 10. It looks at the config as it is attached,
   * whatever the action has done to input.config.
   */
  list(name: string): ConfigList;
  /** Writes a line with fields to the execution's log. */
  log(level: "debug" | "info" | "warn" | "error", message: string, fields?: Record<string, unknown>): void;
}
/** What the sandbox offers besides the standards. Keys are 1 to 256 bytes, and the action's own. */
declare var durward: Durward;

interface Crypto {
  /** A random UUID, version 4. */
  randomUUID(): string;
  /** Fills an integer array with random bytes, at most 65,536 of them, and returns it. */
  getRandomValues<T extends Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array>(array: T): T;
  readonly subtle: SubtleCrypto;
}
declare var Crypto: { prototype: Crypto };

type KeyType = "secret" | "public" | "private";
type KeyUsage = "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey";
type KeyFormat = "raw" | "spki" | "pkcs8" | "jwk";
type KeyData = ArrayBuffer | ArrayBufferView;

/** A key; its material leaves it only through exportKey and wrapKey, and only if it is extractable. */
interface CryptoKey {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: KeyUsage[];
}
declare var CryptoKey: { prototype: CryptoKey };

interface KeyAlgorithm {
  name: string;
  hash?: { name: string };
  length?: number;
  modulusLength?: number;
  namedCurve?: string;
  publicExponent?: Uint8Array;
}

interface CryptoKeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

interface JsonWebKey {
  alg?: string; crv?: string; d?: string; dp?: string; dq?: string; e?: string; ext?: boolean; k?: string; key_ops?: string[];
  kty?: string; n?: string; p?: string; q?: string; qi?: string; use?: string; x?: string; y?: string;
}

/** The name of an algorithm, or an object with its name and parameters. */
type AlgorithmIdentifier = string | { name: string; [parameter: string]: unknown };

/** The Web Cryptography API (W3C). Everything is computed at once and counts as the execution's CPU time. */
interface SubtleCrypto {
  digest(algorithm: AlgorithmIdentifier, data: KeyData): Promise<ArrayBuffer>;
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  verify(algorithm: AlgorithmIdentifier, key: CryptoKey, signature: KeyData, data: KeyData): Promise<boolean>;
  deriveBits(algorithm: AlgorithmIdentifier, baseKey: CryptoKey, length?: number | null): Promise<ArrayBuffer>;
  deriveKey(algorithm: AlgorithmIdentifier, baseKey: CryptoKey, derived: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  generateKey(algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<any>;
  importKey(format: KeyFormat, data: KeyData | JsonWebKey, algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: "raw" | "spki" | "pkcs8", key: CryptoKey): Promise<ArrayBuffer>;
  wrapKey(format: KeyFormat, key: CryptoKey, wrapping: CryptoKey, algorithm: AlgorithmIdentifier): Promise<ArrayBuffer>;
  unwrapKey(format: KeyFormat, wrapped: KeyData, unwrapping: CryptoKey, algorithm: AlgorithmIdentifier, unwrapped: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
}
declare var SubtleCrypto: { prototype: SubtleCrypto };
declare var crypto: Crypto;
