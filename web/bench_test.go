package web_test

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
)

// BenchmarkExecute is an execute call without the network: "empty" is a slot with nothing in it, and so what authentication, body, run, record and encoding take;
// "allowlist" has an action in it. "once" is "empty" with an idempotency key, each time another, and "replay" with the same.
func BenchmarkExecute(b *testing.B) {
	quiet := func(c *web.Config) { c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil)) }
	s := newServer(b, quiet)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	s.flow("acme", keys, "empty")
	call := func(b *testing.B, flow, key string) {
		q := httptest.NewRequest(http.MethodPost, "/v1/tenants/acme/flows/"+flow+"/slots/after/execute", strings.NewReader(loginCall))
		q.Header.Set("Authorization", "Bearer "+keys["execute"])
		q.Header.Set("Content-Type", "application/json")
		if key != "" {
			q.Header.Set("Idempotency-Key", key)
		}
		answer := httptest.NewRecorder()
		s.web.ServeHTTP(answer, q)
		require.Equal(b, http.StatusOK, answer.Code)
	}
	none, same := func() string { return "" }, func() string { return "same" }
	for _, c := range []struct {
		name, flow string
		key        func() string
	}{{"empty", "empty", none}, {"allowlist", "login", none}, {"once", "empty", rand.Text}, {"replay", "empty", same}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call(b, c.flow, c.key())
			}
		})
		b.Run(c.name+"-64", func(b *testing.B) {
			b.SetParallelism(64 / goruntime.GOMAXPROCS(0))
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					call(b, c.flow, c.key())
				}
			})
		})
	}
}
