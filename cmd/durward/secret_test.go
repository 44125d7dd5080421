package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/seal"
)

// here runs a command against the demo in this process, with a standard input.
func (d *demo) here(t *testing.T, key, in string, args ...string) result {
	t.Helper()
	return runHere(t, in, append(args, "--url", d.url, "--tenant", demoTenant, "--key", key)...)
}

// TestSecretCommands sets, lists and deletes secrets, says where actions may go, and what they may have.
func TestSecretCommands(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d := startDemo(t, data)
	ok := func(key, in string, args ...string) string {
		t.Helper()
		r := d.here(t, key, in, args...)
		require.Equal(t, exitOK, r.code, r.err)
		require.NotContains(t, r.out+r.err, "the-value")
		return r.out
	}
	require.Equal(t, "Set A.\n", ok(d.admin, "the-value\n", "secret", "set", "A"))
	require.Equal(t, "Set B, brokered to a.example.\n", ok(d.admin, "the-value\r\n", "secret", "set", "B", "--brokered", "--host", "a.example"))
	require.Contains(t, d.here(t, d.admin, "the-value", "secret", "set", "B", "--brokered").err, "names the hosts")
	require.Regexp(t, `(?m)^A +- +- .* demo admin\nB +yes +a.example `, ok(d.admin, "", "secret", "list"))
	r := d.here(t, d.admin, "\n", "secret", "set", "C")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "standard input")
	require.Equal(t, exitUsage, d.here(t, d.admin, "", "secret", "set", "C", "the-value").code, "a command line is no place for a value")
	r = d.here(t, d.admin, strings.Repeat("x", 16<<10+1), "secret", "set", "C")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "16384")

	source := t.TempDir()
	writeFiles(t, source, map[string]string{"action.ts": `export function execute(input: any) {
  return { kind: "continue", state: { length: input.secrets.A.length, b: input.secrets.B } };
}`})
	ok(d.admin, "", "action", "create", "teller", "--trigger", "login.after")
	ok(d.admin, "", "action", "push", "teller", source, "--secret", "A,B", "--host", "api.example.com")
	require.Regexp(t, `"b": "secret://B",\s+"length": 9`, ok(d.admin, "", "action", "run", "teller", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`))
	require.Contains(t, ok(d.admin, "", "action", "show", "teller"), "hosts     ")
	require.Equal(t, "Deleted A.\n", ok(d.admin, "", "secret", "delete", "A"))

	require.Contains(t, ok(d.admin, "", "egress", "show"), "every public host")
	require.Contains(t, ok(d.admin, "", "egress", "set", "--host", "b.example", "--host", "*.a.example", "--scheme", "https"), "*.a.example b.example")
	r = d.here(t, d.admin, "", "egress", "set", "--revision", "0")
	require.Contains(t, r.err, "Somebody else was first")
	require.Contains(t, ok(d.operator, "", "limits", "show"), "The server's own maxima.")
	require.Contains(t, ok(d.operator, "", "limits", "set", "--cpu", "1s", "--wall", "6s", "--memory", "80", "--others", `{"log_lines":5}`), `{"cpu_ms":1000,"memory_bytes":83886080,"log_lines":5}`)
	require.Contains(t, d.here(t, d.operator, "", "limits", "set", "--cpu", "3s").err, "/cpu_ms: it is 3000, and the most that is allowed here is 2000")
	require.Contains(t, d.here(t, d.admin, "", "limits", "show").err, "operator")
	require.Contains(t, d.here(t, d.operator, "", "limits", "set", "--others", `{"cpu":1}`).err, "unknown field")

	attach := []string{"flow", "attach", "login", "after", "domain-allowlist@1.0.0", "--config", demoConfig, "--limits"}
	ok(d.admin, "", append(attach, `{"cpu_ms":900}`)...)
	require.Contains(t, ok(d.admin, "", "flow", "show", "login"), `{"cpu_ms":900}`)
	require.Contains(t, d.here(t, d.admin, "", append(attach, `{"log_lines":6}`)...).err, "/slots/after/default/2/limits/log_lines: it is 6, and the most that is allowed here is 5")
}

// TestLostSealKey gives a server another seal key than the one that its data was sealed with.
func TestLostSealKey(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d := startDemo(t, data)
	require.Equal(t, exitOK, d.here(t, d.admin, "v", "secret", "set", "A").code)
	require.Equal(t, exitOK, d.end(syscall.SIGTERM))
	info, err := os.Stat(filepath.Join(data, secretsFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	serve := func(keys string) result {
		return runHere(t, "", "serve", "--listen", "127.0.0.1:0", "--data", data, "--operator-key", newOperatorKey(), "--seal-key", keys, "--sandbox", "best-effort")
	}
	r := serve(seal.NewKey())
	require.Equal(t, exitFailed, r.code)
	require.Regexp(t, "tenant demo: sealed with the key [0-9a-f]{8}, and the keys that are there are .*DURWARD_SEAL_KEY", r.err)
	r = serve("not a key")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "DURWARD_SEAL_KEY: seal key 1: it is not 32 bytes in base64")

	// A demo whose file has lost the key does not start without its secrets.
	text, err := os.ReadFile(filepath.Join(data, secretsFile))
	require.NoError(t, err)
	var keys demoSecrets
	require.NoError(t, json.Unmarshal(text, &keys))
	keys.Seal = ""
	require.NoError(t, keys.save(data))
	r = runHere(t, "", "demo", "--port", "0", "--data", data)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "sealed with the key")
}

func TestKeygenSeal(t *testing.T) {
	t.Parallel()
	operator := runHere(t, "", "keygen")
	require.True(t, strings.HasPrefix(operator.out, "dwo_"))
	sealing := runHere(t, "", "keygen", "seal")
	keys, err := seal.ParseKeys(sealing.out)
	require.NoError(t, err)
	require.Len(t, keys.IDs(), 1)
	require.Equal(t, exitUsage, runHere(t, "", "keygen", "other").code)
}
