package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

const counting = `export async function execute(input) {
  const { count } = await durward.counter.hit("calls", { window_seconds: 3600 });
  return { kind: "continue", state: { count, key: input.context.idempotency_key } };
}
`

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publish("acme", keys, "counting", counting, nil)
	s.flow("acme", keys, "login", api.Attachment{Action: "counting", Version: "1.0.0"})
	s.flow("acme", keys, "other", api.Attachment{Action: "counting", Version: "1.0.0"})
	call := func(flow, body string, headers ...string) *reply {
		return s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/"+flow+"/slots/after/execute", body, headers...)
	}
	first := call("login", loginCall, "Idempotency-Key", "k-1")
	first.into(200, nil)
	require.Empty(t, first.header.Get("Idempotent-Replayed"))
	require.Contains(t, string(first.body), `"key":"k-1/counting"`)
	for name, key := range map[string]string{"plain": "k-1", "quoted, as the draft has it": `"k-1"`} {
		again := call("login", loginCall, "Idempotency-Key", key)
		again.into(200, nil)
		require.Equal(t, "true", again.header.Get("Idempotent-Replayed"), name)
		require.Equal(t, string(first.body), string(again.body), name)
		require.Equal(t, first.header.Get("Content-Type"), again.header.Get("Content-Type"), name)
	}
	call("login", strings.Replace(loginCall, "u1", "u2", 1), "Idempotency-Key", "k-1").problem(422, "idempotency_key_reused")
	for name, other := range map[string]*reply{
		"another key": call("login", loginCall, "Idempotency-Key", "k-2"), "another flow": call("other", loginCall, "Idempotency-Key", "k-1"), "no key": call("login", loginCall),
	} {
		other.into(200, nil)
		require.Empty(t, other.header.Get("Idempotent-Replayed"), name)
		require.NotEqual(t, string(first.body), string(other.body), name)
	}
	var records api.List[api.Record]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions", nil).into(200, &records)
	require.Len(t, records.Items, 4, "what was replayed did not run")

	call("login", `{"user":{"id":"u1"}}`, "Idempotency-Key", "k-3").problem(422, "invalid")
	call("login", loginCall, "Idempotency-Key", "k-3").into(200, nil)
	require.Contains(t, s.metrics(), "durward_idempotency_replays_total 2\n")
}

// metrics is the text that Prometheus reads.
func (s *server) metrics() string {
	s.t.Helper()
	return string(s.call("", "GET", "/metrics", nil).body)
}

func TestIdempotencyKeyDuplicates(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	bodies := make(chan string, 20)
	var all sync.WaitGroup
	for range cap(bodies) {
		all.Go(func() {
			bodies <- string(s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall, "Idempotency-Key", "same").body)
		})
	}
	all.Wait()
	first := <-bodies
	require.Contains(t, first, `"kind":"continue"`)
	for range cap(bodies) - 1 {
		require.Equal(t, first, <-bodies)
	}
}

func TestIdempotencyKeyHeader(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 255)
	good := map[string]struct{ header, key string }{
		"plain": {"abc", "abc"}, "quoted": {`"a b"`, "a b"}, "escaped": {`"a\"\\b"`, `a"\b`}, "quote inside": {`a"b`, `a"b`}, "long": {long, long}, "long quoted": {`"` + long + `"`, long},
	}
	for name, c := range good {
		key, err := web.IdempotencyKey(http.Header{"Idempotency-Key": {c.header}})
		require.NoError(t, err, name)
		require.Equal(t, c.key, key, name)
	}
	bad := map[string][]string{
		"empty": {""}, "empty string": {`""`}, "too long": {long + "x"}, "twice": {"a", "a"}, "not closed": {`"a`}, "more behind": {`"a" b`}, "a parameter": {`"a";b=1`},
		"another escape": {`"\n"`}, "ends in an escape": {`"\`}, "control": {"a\tb"}, "not ASCII": {"ä"}, "not ASCII, quoted": {`"ä"`},
	}
	for name, values := range bad {
		_, err := web.IdempotencyKey(http.Header{"Idempotency-Key": values})
		require.Error(t, err, name)
	}
	key, err := web.IdempotencyKey(http.Header{})
	require.NoError(t, err)
	require.Empty(t, key)
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, text := range []string{"a", `"a\"b"`, `"`, ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := web.IdempotencyKey(http.Header{"Idempotency-Key": {text}})
		if err != nil {
			return
		}
		require.True(t, len(key) >= 1 && len(key) <= 255)
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(key) + `"`
		again, err := web.IdempotencyKey(http.Header{"Idempotency-Key": {quoted}})
		require.NoError(t, err)
		require.Equal(t, key, again, "both ways of writing a key name the same")
	})
}
