package vm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// subtleHelpers are in scope of the actions of these tests.
const subtleHelpers = `
	const bytes = (text) => new TextEncoder().encode(text);
	const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
	const url = (data) => btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	const unurl = (text) => new Uint8Array([...atob(text.replaceAll("-", "+").replaceAll("_", "/"))].map((c) => c.charCodeAt(0)));
	const refused = async (promise) => { try { await promise; return "done" } catch (e) { return e.name } };
	const mac = (extractable = false, ...usages) => crypto.subtle.importKey("raw", bytes("key"), { name: "HMAC", hash: "SHA-256" }, extractable, usages.length ? usages : ["sign", "verify"]);
`

// ample is for tests that run beside others: the CPU time of an execution is that of its process.
var ample = vm.Limits{CPU: 20 * time.Second, Wall: time.Minute}

func runSubtle(t *testing.T, code string, limits vm.Limits) vm.Result {
	t.Helper()
	return run(t, body(subtleHelpers+code), `{}`, limits)
}

// An action makes and checks JSON Web Tokens with nothing but crypto.subtle.
func TestJSONWebTokens(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ generate, sign string }{
		"HS256": {`{ name: "HMAC", hash: "SHA-256" }`, `"HMAC"`},
		"RS256": {`{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }`, `"RSASSA-PKCS1-v1_5"`},
		"PS256": {`{ name: "RSA-PSS", hash: { name: "sha-256" }, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }`, `{ name: "RSA-PSS", saltLength: 32 }`},
		"ES256": {`{ name: "ECDSA", namedCurve: "P-256" }`, `{ name: "ECDSA", hash: "SHA-256" }`},
		"EdDSA": {`{ name: "Ed25519" }`, `"Ed25519"`},
	}
	for alg, test := range tests {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			result := runSubtle(t, `
				const made = await crypto.subtle.generateKey(`+test.generate+`, true, ["sign", "verify"]);
				const signing = made.privateKey ?? made;
				const jwk = await crypto.subtle.exportKey("jwk", made.publicKey ?? made);
				const checking = await crypto.subtle.importKey("jwk", jwk, `+test.generate+`, false, ["verify"]);
				const head = url(bytes(JSON.stringify({ alg: "`+alg+`" }))) + "." + url(bytes(JSON.stringify({ sub: "u1" })));
				const token = head + "." + url(await crypto.subtle.sign(`+test.sign+`, signing, bytes(head)));
				const [h, p, s] = token.split(".");
				const good = await crypto.subtle.verify(`+test.sign+`, checking, unurl(s), bytes(h + "." + p));
				const bad = await crypto.subtle.verify(`+test.sign+`, checking, unurl(s), bytes(h + "." + p + "x"));
				return [good, bad, signing instanceof CryptoKey, JSON.parse(new TextDecoder().decode(unurl(p))).sub];
			`, ample)
			require.Nil(t, result.Failure)
			require.JSONEq(t, `[true,false,true,"u1"]`, string(result.Outcome))
		})
	}
}

func TestSubtle(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"digest":             {`return hex(await crypto.subtle.digest("sha-1", bytes("abc")))`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
		"digest of a view":   {`return hex(await crypto.subtle.digest({ name: "SHA-1" }, new DataView(bytes("xabcx").buffer, 1, 3)))`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
		"digest of a part":   {`return hex(await crypto.subtle.digest("SHA-1", bytes("xabcx").subarray(1, 4)))`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
		"digest of a buffer": {`return (await crypto.subtle.digest("SHA-512", new ArrayBuffer(0))).byteLength`, `64`},
		"names": {`const k = await mac(); return [Object.prototype.toString.call(crypto), Object.prototype.toString.call(crypto.subtle), String(k), crypto.subtle instanceof SubtleCrypto, crypto instanceof Crypto,
			CryptoKey.name, crypto.subtle.sign.name, crypto.subtle === crypto.subtle]`, `["[object Crypto]","[object SubtleCrypto]","[object CryptoKey]",true,true,"CryptoKey","sign",true]`},
		"attributes of a key": {`const k = await mac(); return [k.type, k.extractable, k.algorithm, k.usages, k.algorithm === k.algorithm, Object.keys(k), JSON.stringify(k)]`,
			`["secret",false,{"name":"HMAC","hash":{"name":"SHA-256"},"length":24},["sign","verify"],true,[],"{}"]`},
		"attributes of a pair": {`const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, false, ["deriveBits", "deriveKey"]);
			return [publicKey.type, publicKey.extractable, publicKey.usages, privateKey.type, privateKey.extractable, privateKey.usages, privateKey.algorithm]`,
			`["public",true,[],"private",false,["deriveKey","deriveBits"],{"name":"ECDH","namedCurve":"P-384"}]`},
		"attributes of an RSA key": {`const key = await crypto.subtle.importKey("jwk", { kty: "RSA", e: "AQAB", n: "_".repeat(341) + "w" }, { name: "RSA-OAEP", hash: "SHA-512" }, true, ["encrypt"]);
			return [key.algorithm.name, key.algorithm.modulusLength, key.algorithm.publicExponent instanceof Uint8Array, [...key.algorithm.publicExponent], key.algorithm.hash.name, (await crypto.subtle.exportKey("jwk", key))]`,
			`["RSA-OAEP",2048,true,[1,0,1],"SHA-512",{"alg":"RSA-OAEP-512","e":"AQAB","ext":true,"key_ops":["encrypt"],"kty":"RSA","n":"` + strings.Repeat("_", 341) + `w"}]`},
		"derived and wrapped": {`
			const password = await crypto.subtle.importKey("raw", bytes("secret"), "PBKDF2", false, ["deriveKey"]);
			const wrapping = await crypto.subtle.deriveKey({ name: "PBKDF2", salt: bytes("salt"), iterations: 100, hash: "SHA-256" }, password, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
			const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
			const wrapped = await crypto.subtle.wrapKey("jwk", await mac(true), wrapping, algorithm);
			const key = await crypto.subtle.unwrapKey("jwk", wrapped, wrapping, algorithm, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
			return new TextDecoder().decode(await crypto.subtle.exportKey("raw", key))`, `"key"`},
		"agreed": {`
			const make = () => crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
			const [a, b] = [await make(), await make()];
			const [x, y] = [await crypto.subtle.deriveBits({ name: "X25519", public: b.publicKey }, a.privateKey, 256), await crypto.subtle.deriveBits({ name: "X25519", public: a.publicKey }, b.privateKey, null)];
			return [hex(x) === hex(y), x.byteLength]`, `[true,32]`},
		"encrypted": {`
			const key = await crypto.subtle.generateKey({ name: "AES-CTR", length: 128 }, false, ["encrypt", "decrypt"]);
			const algorithm = { name: "AES-CTR", counter: new Uint8Array(16), length: 64 };
			return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, await crypto.subtle.encrypt(algorithm, key, bytes("hello"))))`, `"hello"`},
		"refusals": {`
			const key = await mac();
			const aes = { name: "AES-GCM", iv: new Uint8Array(12) };
			return [
				await refused(crypto.subtle.digest("MD5", bytes(""))),
				await refused(crypto.subtle.digest("SHA-256", "text")),
				await refused(crypto.subtle.digest("SHA-256")),
				await refused(crypto.subtle.digest({}, bytes(""))),
				await refused(crypto.subtle.sign("HMAC", { type: "secret" }, bytes(""))),
				await refused(crypto.subtle.sign("HMAC", new Proxy(key, {}), bytes(""))),
				await refused(crypto.subtle.encrypt(aes, key, bytes(""))),
				await refused(crypto.subtle.encrypt({ name: "AES-GCM" }, key, bytes(""))),
				await refused(crypto.subtle.exportKey("raw", key)),
				await refused(crypto.subtle.exportKey("pem", key)),
				await refused(mac(false, "encrypt")),
				await refused(mac(false, "everything")),
				await refused(crypto.subtle.importKey("jwk", bytes("x"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"])),
				await refused(crypto.subtle.importKey("raw", {}, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])),
				await refused(crypto.subtle.importKey("jwk", { kty: "oct" }, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])),
				await refused(crypto.subtle.generateKey({ name: "AES-GCM", length: 2 ** 40 }, false, ["encrypt"])),
				await refused(crypto.subtle.generateKey({ name: "AES-GCM", length: "many" }, false, ["encrypt"])),
			]`, `["NotSupportedError","TypeError","TypeError","TypeError","TypeError","TypeError","InvalidAccessError","TypeError","InvalidAccessError","TypeError","SyntaxError","TypeError","TypeError","TypeError",
				"DataError","TypeError","TypeError"]`},
		"errors are DOMExceptions": {`try { await crypto.subtle.digest("MD5", bytes("")) } catch (e) { return [e instanceof DOMException, e instanceof Error, e.code] }`, `[true,true,9]`},
		"keys cannot be made or cloned": {`
			const key = await mac(true);
			const refusal = (f) => { try { f(); return "done" } catch (e) { return e.name } };
			return [refusal(() => new CryptoKey()), refusal(() => CryptoKey()), refusal(() => structuredClone(key)), refusal(() => structuredClone({ key })),
				refusal(() => Object.create(CryptoKey.prototype).type), refusal(() => new SubtleCrypto())]`,
			`["TypeError","TypeError","DataCloneError","DataCloneError","TypeError","TypeError"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := runSubtle(t, test.body, ample)
			require.Nil(t, result.Failure)
			require.JSONEq(t, test.want, string(result.Outcome))
		})
	}
}

// An action that lies about everything that crypto.subtle reads hurts only itself, and gets no further at keys.
func TestSubtlePoisoned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"members are read once, in order": {`
			const seen = [];
			const watched = (name, members) => new Proxy(members, { get: (o, p) => { seen.push(name + String(p)); return o[p] } });
			const base = await crypto.subtle.importKey("raw", bytes("x"), "HKDF", false, ["deriveBits"]);
			await crypto.subtle.deriveBits(watched("", { name: "HKDF", salt: bytes(""), info: bytes(""), hash: watched("hash.", { name: "SHA-256" }) }), base, 256);
			await crypto.subtle.importKey("jwk", watched("jwk.", { kty: "oct", k: "AQ" }), watched("hmac.", { name: "HMAC", hash: "SHA-256" }), false, ["sign"]);
			return seen.join(" ")`,
			`"name hash info salt hash.name jwk.alg jwk.crv jwk.d jwk.dp jwk.dq jwk.e jwk.ext jwk.k jwk.key_ops jwk.kty jwk.n jwk.oth jwk.p jwk.q jwk.qi jwk.use jwk.x jwk.y hmac.name hmac.hash hmac.length"`},
		"a name that changes": {`
			let n = 0;
			const key = await mac();
			return hex(await crypto.subtle.sign({ get name() { return n++ ? "AES-GCM" : "HMAC" } }, key, bytes(""))).length`, `64`},
		"data that changes during the call": {`
			const key = await mac(), data = bytes("before");
			const signature = await crypto.subtle.sign({ get name() { data.set(bytes("after!")); return "HMAC" } }, key, data);
			return await crypto.subtle.verify("HMAC", key, signature, bytes("after!"))`, `true`},
		"data that changes after the call": {`
			const key = await mac(), data = bytes("before");
			const pending = crypto.subtle.sign("HMAC", key, data);
			data.fill(0);
			return await crypto.subtle.verify("HMAC", key, await pending, bytes("before"))`, `true`},
		"a key whose bytes change": {`
			const raw = bytes("key"), key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
			raw.fill(0);
			const out = new Uint8Array(await crypto.subtle.exportKey("raw", key));
			out.fill(1);
			return new TextDecoder().decode(await crypto.subtle.exportKey("raw", key))`, `"key"`},
		"parameters that change each other": {`
			const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt", "decrypt"]);
			const additionalData = bytes("a");
			const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", additionalData, get iv() { additionalData.fill(0); return new Uint8Array(12) } }, key, bytes("x"));
			return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", additionalData: bytes("a"), iv: new Uint8Array(12) }, key, sealed))`, `"x"`},
		"objects that look like views": {`return await refused(crypto.subtle.digest("SHA-1", { buffer: new ArrayBuffer(3), byteOffset: 0, byteLength: 3 }))`, `"TypeError"`},
		"views that lie": {`
			const data = bytes("abc");
			for (const name of ["buffer", "byteOffset", "byteLength", "length"]) Object.defineProperty(data, name, { get() { throw new Error(name) } });
			return hex(await crypto.subtle.digest("SHA-1", data))`, `"a9993e364706816aba3e25717850c26c9cd0d89d"`},
		"a key without its prototype": {`
			const key = await mac();
			Object.setPrototypeOf(key, null);
			return [hex(await crypto.subtle.sign("HMAC", key, bytes(""))).length, Object.getOwnPropertyNames(key), Object.getOwnPropertySymbols(key).length, await refused(crypto.subtle.exportKey("raw", key))]`,
			`[64,[],0,"InvalidAccessError"]`},
		"attributes that are overwritten": {`
			const key = await mac();
			key.usages.push("encrypt");
			key.algorithm.name = "AES-GCM";
			try { key.extractable = true } catch {}
			Object.defineProperty(CryptoKey.prototype, "extractable", { get: () => true });
			return [key.extractable, await refused(crypto.subtle.exportKey("raw", key)), await refused(crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, bytes("")))]`,
			`[true,"InvalidAccessError","InvalidAccessError"]`},
		"prototypes that are overwritten": {`
			const text = bytes("abc");
			Promise.prototype.then = null;
			Promise.resolve = () => { throw new Error("resolve") };
			Object.defineProperty(Object.prototype, "name", { set() { throw new Error("name") }, configurable: true });
			Object.defineProperty(Array.prototype, "0", { set() { throw new Error("0") }, configurable: true });
			ArrayBuffer = Uint8Array = Promise = function () { throw new Error("constructed") };
			const key = await crypto.subtle.importKey("raw", text, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
			return [key.algorithm.hash.name, key.usages[0], (await crypto.subtle.sign("HMAC", key, text)).byteLength]`, `["SHA-256","sign",32]`},
		"structuredClone without the tag": {`
			delete CryptoKey.prototype[Symbol.toStringTag];
			const copy = structuredClone(await mac(true));
			return [copy instanceof CryptoKey, Object.keys(copy), await refused(crypto.subtle.exportKey("raw", copy))]`, `[false,[],"TypeError"]`},
		"errors that a getter throws": {`return await refused(crypto.subtle.digest({ get name() { throw new RangeError("mine") } }, bytes("")))`, `"RangeError"`},
		"usages without end": {`
			const forever = { *[Symbol.iterator]() { for (;;) yield "unknown" } };
			const ops = { *[Symbol.iterator]() { for (;;) yield "sign" } };
			return [await refused(crypto.subtle.generateKey("Ed25519", false, forever)), await refused(crypto.subtle.importKey("jwk", { kty: "oct", k: "AQ", key_ops: ops }, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]))]`,
			`["TypeError","TypeError"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := runSubtle(t, test.body, ample)
			require.Nil(t, result.Failure)
			require.JSONEq(t, test.want, string(result.Outcome))
		})
	}
}

// What would take long ends with the CPU time, and softly: the machine of these tests panics for one that is stuck.
func TestSubtleIsBounded(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"iterations of PBKDF2": `const key = await crypto.subtle.importKey("raw", bytes("p"), "PBKDF2", false, ["deriveBits"]);
			await crypto.subtle.deriveBits({ name: "PBKDF2", salt: bytes("s"), iterations: 2 ** 32 - 1, hash: "SHA-512" }, key, 256)`,
		"usages without end":     `await crypto.subtle.generateKey("Ed25519", false, { *[Symbol.iterator]() { for (;;) yield "sign" } })`,
		"signatures without end": `const key = await mac(); for (;;) await crypto.subtle.sign("HMAC", key, bytes("x"))`,
	}
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := runSubtle(t, code, vm.Limits{CPU: 100 * time.Millisecond})
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailTimeLimit, result.Failure.Kind, result.Failure.Message)
		})
	}
}

func TestRSAKeysThatTakeTooLong(t *testing.T) {
	t.Parallel()
	result := runSubtle(t, `try {
		await crypto.subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }, false, ["sign"]);
	} catch (e) { return [e.name, e.message.replace(/and .*ms are/, "and … are")] }`, vm.Limits{CPU: 700 * time.Millisecond})
	require.Nil(t, result.Failure)
	require.JSONEq(t, `["OperationError","an RSA key of 4096 bits takes up to 800ms of CPU time, and … are left of the execution's limit"]`, string(result.Outcome))
}

func BenchmarkSubtle(b *testing.B) {
	const hmac = `const key = await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);`
	const ec = `const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
		const algorithm = { name: "ECDSA", hash: "SHA-256" }, signature = await crypto.subtle.sign(algorithm, pair.privateKey, data);`
	const rsa = `const pair = await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, false, ["sign", "verify"]);
		const algorithm = "RSASSA-PKCS1-v1_5", signature = await crypto.subtle.sign(algorithm, pair.privateKey, data);`
	calls := map[string]struct{ prepare, call string }{
		"HMAC-SHA256":  {hmac, `await crypto.subtle.sign("HMAC", key, data)`},
		"verify ES256": {ec, `await crypto.subtle.verify(algorithm, pair.publicKey, signature, data)`},
		"verify RS256": {rsa, `await crypto.subtle.verify(algorithm, pair.publicKey, signature, data)`},
		"digest":       {``, `await crypto.subtle.digest("SHA-256", data)`},
	}
	for name, c := range calls {
		b.Run(name+" of 1 KB", func(b *testing.B) { // many calls in one execution
			machine, digest := load(b, body(`const data = new Uint8Array(1024);`+c.prepare+` for (let i = 0; i < input.n; i++) `+c.call), nil)
			b.ReportAllocs()
			b.ResetTimer()
			x := machine.Start(digest, vm.Call{Entry: "execute", Input: fmt.Appendf(nil, `{"n":%d}`, b.N), Limits: vm.Limits{CPU: time.Hour, Wall: time.Hour}})
			if !x.Step() || x.Result().Failure != nil {
				b.Fatal(x.Result().Failure)
			}
		})
	}
	executions := map[string]string{
		"that names nothing":    `return 1`,
		"that names crypto":     `if (input.n) crypto.randomUUID(); return 1`,
		"that reads crypto":     `return crypto ? 1 : 2`,
		"that makes a UUID":     `return crypto.randomUUID().length`,
		"that signs with HS256": hmac + `return (await crypto.subtle.sign("HMAC", key, new Uint8Array(1024))).byteLength`,
	}
	for name, code := range executions {
		b.Run("execution "+name, func(b *testing.B) {
			machine, digest := load(b, body(code), nil)
			b.ReportAllocs()
			for b.Loop() {
				x := machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
				if !x.Step() || x.Result().Failure != nil {
					b.Fatal(x.Result().Failure)
				}
			}
		})
	}
}
