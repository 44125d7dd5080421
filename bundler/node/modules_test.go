package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/runtime/vm"
)

// run builds an action whose body is code, and returns the JSON of what it answers.
func run(t *testing.T, imports, code string) string {
	t.Helper()
	bundle, err := bundler.Build(bundler.Source{Entry: "action.js", Files: map[string]string{"action.js": imports + "\nexport async function execute() {" + code + "}"}})
	require.NoError(t, err)
	var asked []uint64
	machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { panic("stuck: " + f.Message) }, func(_ *vm.Execution, c vm.HostCall) { asked = append(asked, c.ID) })
	program := vm.NewProgram(bundle.Script, bundle.SourceMap)
	machine.Load(program)
	x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: 10 * time.Second, Wall: 10 * time.Second}})
	for !x.Step() {
		if len(asked) == 0 {
			<-time.After(time.Until(x.Wake()))
		}
		for _, id := range asked { // there is no network
			x.Answer(id, vm.HostAnswer{Err: &vm.HostError{Message: "there is no network"}})
		}
		asked = nil
	}
	require.Nil(t, x.Result().Failure)
	return string(x.Result().Outcome)
}

func TestModules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ imports, code, want string }{
		"forms of import": {`import events, { EventEmitter } from "node:events"; import * as all from "events"; const required = require("events");`,
			`return [events === EventEmitter, all.EventEmitter === events, required === events, new required() instanceof EventEmitter]`, `[true,true,true,true]`},
		"events":      {`import { EventEmitter, once } from "events";`, `const e = new EventEmitter(); setTimeout(() => e.emit("x", 1, 2), 1); return await once(e, "x")`, `[1,2]`},
		"buffer":      {`import { Buffer as B } from "buffer";`, `return [B === Buffer, B.from("a").toString("hex")]`, `[true,"61"]`},
		"util":        {`import util from "util";`, `return [util.format("%s %d %j %%", "a", 1, { b: 2 }, "c"), util.inspect({ a: [1, "b"] }), util.isDeepStrictEqual({ a: new Map([[1, 2]]) }, { a: new Map([[1, 2]]) }), util.isDeepStrictEqual([1], [2]), await util.promisify((x, done) => done(null, x + 1))(1)]`, `["a 1 {\"b\":2} % c","{ a: [ 1, 'b' ] }",true,false,2]`},
		"util/types":  {`import { isDate, isUint8Array, isTypedArray, isAsyncFunction } from "util/types";`, `return [isDate(new Date()), isUint8Array(Buffer.alloc(1)), isTypedArray(new DataView(new ArrayBuffer(1))), isDate({})]`, `[true,true,false,false]`},
		"assert":      {`import assert from "assert"; import strict from "assert/strict";`, `assert.equal(1, "1"); assert.throws(() => strict.equal(1, "1"), { code: "ERR_ASSERTION" }); assert.deepEqual({ a: 1 }, { a: 1 }); await assert.rejects(Promise.reject(new TypeError("x")), TypeError); return 1`, `1`},
		"querystring": {`import qs from "querystring";`, `return [qs.parse("a=1&b=2&a=3"), qs.stringify({ x: [1, 2], y: "a b" }), qs.unescape("%zz")]`, `[{"a":["1","3"],"b":"2"},"x=1&x=2&y=a%20b","%zz"]`},
		"url":         {`import url from "url";`, `return [url.parse("https://u:p@a.example:8/x?y=1#z").port, url.resolve("https://a.example/b/c", "../d"), url.format({ protocol: "https", host: "a.example", query: { q: 1 } }), url.urlToHttpOptions(new URL("https://a.example:8/x?y")).path, url.parse("/x?a=1", true).query.a]`, `["8","https://a.example/d","https://a.example?q=1","/x?y","1"]`},
		"path":        {`import path, { join } from "path"; import posix from "path/posix";`, `return [join("/a", "../b", "c.js"), path.extname("x.tar.gz"), posix === path]`, `["/b/c.js",".gz",true]`},
		"stream":      {`import { Readable, Transform, pipeline } from "stream"; import { pipeline as piped } from "stream/promises";`, `const out = []; await piped(Readable.from(["a", "b"]), new Transform({ transform(c, _, done) { done(null, String(c).toUpperCase()) } }), async (source) => { for await (const c of source) out.push(String(c)) }); return [out.join(""), typeof pipeline]`, `["AB","function"]`},
		"decoder":     {`import { StringDecoder } from "string_decoder";`, `const d = new StringDecoder("utf8"); return [d.write(Buffer.from([0xc3])), d.write(Buffer.from([0xa9])), d.end()]`, `["","é",""]`},
		"timers":      {`import { setTimeout as wait } from "timers/promises"; import timers from "timers";`, `return [await wait(1, "x"), await new Promise((done) => timers.setImmediate(done, 2))]`, `["x",2]`},
		"async_hooks": {`import { AsyncLocalStorage } from "async_hooks";`, `const s = new AsyncLocalStorage(); return [s.run(1, () => s.getStore()), s.getStore() === undefined]`, `[1,true]`},
		"os":          {`import os from "os"; import { performance } from "perf_hooks"; import punycode from "punycode"; import constants from "constants";`, `return [os.EOL, os.platform(), performance.now() >= 0, punycode.toASCII("mañana.com"), constants.RSA_PKCS1_PADDING]`, `["\n","linux",true,"xn--maana-pta.com",1]`},
		"hashes":      {`import crypto, { createHash, createHmac } from "crypto";`, `return [createHash("sha256").update("a").update(Buffer.from("bc")).digest("hex").slice(0, 8), createHmac("sha1", "key").update("x").digest("base64url").length, createHash("md5").update("abc").copy().digest("hex").slice(0, 8), crypto.timingSafeEqual(Buffer.from("a"), Buffer.from("a")), crypto.randomBytes(8).length, crypto.getHashes().includes("sha512")]`, `["ba7816bf",27,"90015098",true,8,true]`},
		"ciphers":     {`import { createCipheriv, createDecipheriv } from "crypto";`, `const k = Buffer.alloc(32), iv = Buffer.alloc(12); const c = createCipheriv("aes-256-gcm", k, iv); const s = c.update("text", "utf8", "hex") + c.final("hex"); const d = createDecipheriv("aes-256-gcm", k, iv).setAuthTag(c.getAuthTag()); const p = d.update(s, "hex", "utf8") + d.final("utf8"); const w = createDecipheriv("aes-256-gcm", k, iv).setAuthTag(Buffer.alloc(16)); w.update(s, "hex"); try { w.final() } catch (e) { return [p, e.message] }`, `["text","Unsupported state or unable to authenticate data"]`},
		"keys":        {`import * as c from "crypto";`, `const { publicKey, privateKey } = c.generateKeyPairSync("ec", { namedCurve: "P-256" }); const s = c.createSign("SHA256").update("x").sign(privateKey, "base64"); const pem = publicKey.export({ type: "spki", format: "pem" }); const jwk = publicKey.export({ format: "jwk" }); return [c.createVerify("SHA256").update("x").verify(pem, s, "base64"), c.createPublicKey({ key: jwk, format: "jwk" }).equals(publicKey), privateKey.asymmetricKeyType, c.createSecretKey("k").type, c.verify("sha256", Buffer.from("y"), publicKey, Buffer.from(s, "base64"))]`, `[true,true,"ec","secret",false]`},
		"derivation":  {`import c from "crypto";`, `return [c.pbkdf2Sync("password", "salt", 2, 20, "sha1").toString("hex"), c.scryptSync("p", "s", 8, { N: 2 }).length, c.hkdfSync("sha256", "k", "s", "i", 9).byteLength, await new Promise((ok, no) => c.pbkdf2("p", "s", 1, 4, "sha512", (e, k) => e ? no(e) : ok(k.length)))]`, `["ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957",8,9,4]`},
		"http":        {`import http from "http"; import https from "https";`, `return [http.STATUS_CODES[404], new https.Agent().protocol, http.METHODS.includes("POST"), await new Promise((done) => http.get("http://a.example/").on("error", (e) => done(e instanceof Error)))]`, `["Not Found","https:",true,true]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.JSONEq(t, test.want, run(t, test.imports, test.code))
		})
	}
}
