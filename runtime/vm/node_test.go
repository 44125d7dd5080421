package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

func TestNodeGlobals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"Buffer":                {`return [Buffer.from("héllo").toString("base64"), Buffer.from("aGk", "base64").toString(), Buffer.concat([Buffer.from("a"), Buffer.from("62", "hex")]).toString(), Buffer.isBuffer(new Uint8Array()), Buffer.from([1, 2]) instanceof Uint8Array]`, `["aMOpbGxv","hi","ab",false,true]`},
		"base64url":             {`return [Buffer.from([251, 255]).toString("base64url"), Buffer.from("-_8", "base64url").length, Buffer.byteLength("-_8", "base64url"), Buffer.isEncoding("base64url")]`, `["-_8",2,2,true]`},
		"an own Buffer":         {`Buffer = 1; return Buffer`, `1`},
		"process":               {`return [process.env.HOME === undefined, Object.keys(process.env).length, process.version, process.platform, process.cwd(), process.argv.length, typeof process.hrtime.bigint(), process.on("exit", () => {}) === process]`, `[true,0,"v20.20.0","linux","/",0,"bigint",true]`},
		"nextTick":              {`const seen = []; process.nextTick((a) => seen.push(a), 1); seen.push(0); await null; await null; return seen`, `[0,1]`},
		"hrtime":                {`const [s, ns] = process.hrtime(process.hrtime()); return [s, ns >= 0 && ns < 1e9]`, `[0,true]`},
		"exit":                  {`try { process.exit(1) } catch (e) { return e.message }`, `"process.exit is not available in actions"`},
		"setImmediate":          {`return await new Promise((done) => setImmediate(done, 7))`, `7`},
		"clearImmediate":        {`clearImmediate(setImmediate(() => { throw 1 })); await new Promise((done) => setTimeout(done, 2)); return 1`, `1`},
		"asyncIterator":         {`return [typeof Symbol.asyncIterator, Symbol.asyncIterator === Symbol.for("Symbol.asyncIterator")]`, `["symbol",true]`},
		"timers with arguments": {`return await new Promise((done) => setTimeout((a, b) => done([a, b]), 1, [1, 2].map((n) => n * 2), "b"))`, `[[2,4],"b"]`},
		"a stream of nothing":   {`return [(await new ReadableStream().getReader().read()).done, await new Response(new ReadableStream()).text()]`, `[true,""]`},
		"self":                  {`return self === globalThis`, `true`},
		"dates of Intl":         {`const d = new Date(0); return [new Intl.DateTimeFormat("en-US").format(d), new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" }).format(d), new Intl.DateTimeFormat().resolvedOptions().timeZone]`, `["1/1/1970","Jan 1, 1970, 12:00 AM","UTC"]`},
		"another time zone":     {`try { new Intl.DateTimeFormat("en-US", { timeZone: "Europe/Paris" }) } catch (e) { return [e instanceof RangeError, e.message] }`, `[true,"Invalid time zone specified: Europe/Paris; actions know UTC only"]`},
		"numbers and lists":     {`return [new Intl.NumberFormat().format(-1234567.5), new Intl.PluralRules("en", { type: "ordinal" }).select(22), new Intl.ListFormat("en").format(["a", "b", "c"])]`, `["-1,234,567.5","two","a, b, and c"]`},
		"of a computed name":    {`return [typeof globalThis["Buf" + "fer"], typeof globalThis["$durward" + "NodeCrypto"]]`, `["undefined","undefined"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.JSONEq(t, test.want, (&world{}).outcome(t, test.body))
		})
	}
}

// What the functions behind the module crypto are given may be anything.
func TestNodeCryptoArguments(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"no bytes":           `native.hash("sha256").update("text")`,
		"no hash":            `native.hash("sha0")`,
		"no key":             `native.sign("sha256", new Uint8Array(), {}, 0, 0, false)`,
		"a key that is none": `native.importKey(new Uint8Array(9), true, true)`,
		"too many bytes":     `native.random(2 ** 40)`,
		"a negative length":  `native.hkdf("sha256", new Uint8Array(1), new Uint8Array(), new Uint8Array(), -1)`,
		"too much memory":    `native.scrypt(new Uint8Array(), new Uint8Array(), 2 ** 24, 8, 1, 32, 2 ** 31 - 1)`,
		"too much time":      `native.scrypt(new Uint8Array(), new Uint8Array(), 2 ** 14, 8, 512, 32, 2 ** 31 - 1)`,
		"a wrong iv":         `native.cipher(true, "aes-128-gcm", new Uint8Array(16), new Uint8Array(3), 16)`,
		"an empty range":     `native.randomInt(3, 3)`,
		"an unknown key":     `native.generate("dsa", 2048, "")`,
		"too large a key":    `native.generate("rsa", 1 << 20, "")`,
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := (&world{}).outcome(t, `const native = $durwardNodeCrypto; try { `+call+` } catch (e) { return e instanceof Error && e.message !== "" }`)
			require.Equal(t, `true`, got)
		})
	}
}

func TestNodeCryptoIsBounded(t *testing.T) {
	t.Parallel()
	result := (&world{}).run(t, body(`$durwardNodeCrypto.pbkdf2("sha512", new Uint8Array(1), new Uint8Array(1), 2 ** 31 - 1, 32)`), vm.Limits{})
	require.NotNil(t, result.Failure)
	require.Equal(t, vm.FailTimeLimit, result.Failure.Kind, result.Failure.Message)
}
