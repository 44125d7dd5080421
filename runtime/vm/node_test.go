package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

func TestNodeGlobals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"Buffer":             {`return [Buffer.from("héllo").toString("base64"), Buffer.from("aGk", "base64").toString(), Buffer.concat([Buffer.from("a"), Buffer.from("62", "hex")]).toString(), Buffer.isBuffer(new Uint8Array()), Buffer.from([1, 2]) instanceof Uint8Array]`, `["aMOpbGxv","hi","ab",false,true]`},
		"base64url":          {`return [Buffer.from([251, 255]).toString("base64url"), Buffer.from("-_8", "base64url").length, Buffer.byteLength("-_8", "base64url"), Buffer.isEncoding("base64url")]`, `["-_8",2,2,true]`},
		"an own Buffer":      {`Buffer = 1; return Buffer`, `1`},
		"process":            {`return [process.env.HOME === undefined, Object.keys(process.env).length, process.version, process.platform, process.cwd(), process.argv.length, typeof process.hrtime.bigint(), process.on("exit", () => {}) === process]`, `[true,0,"v20.20.0","linux","/",0,"bigint",true]`},
		"nextTick":           {`const seen = []; process.nextTick((a) => seen.push(a), 1); seen.push(0); await null; await null; return seen`, `[0,1]`},
		"hrtime":             {`const [s, ns] = process.hrtime(process.hrtime()); return [s, ns >= 0 && ns < 1e9]`, `[0,true]`},
		"exit":               {`try { process.exit(1) } catch (e) { return e.message }`, `"process.exit is not available in actions"`},
		"setImmediate":       {`return await new Promise((done) => setImmediate(done, 7))`, `7`},
		"clearImmediate":     {`clearImmediate(setImmediate(() => { throw 1 })); await new Promise((done) => setTimeout(done, 2)); return 1`, `1`},
		"asyncIterator":      {`return [typeof Symbol.asyncIterator, Symbol.asyncIterator === Symbol.for("Symbol.asyncIterator")]`, `["symbol",true]`},
		"of a computed name": {`return [typeof globalThis["Buf" + "fer"], typeof globalThis["$durward" + "NodeCrypto"]]`, `["undefined","undefined"]`},
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
