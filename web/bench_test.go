package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
)

// BenchmarkExecute is an execute call without the network: "empty" is a slot with nothing in it, and so what authentication, body, run, record and encoding take;
// "allowlist" has an action in it.
func BenchmarkExecute(b *testing.B) {
	quiet := func(c *web.Config) { c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil)) }
	s := newServer(b, quiet)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	s.flow("acme", keys, "empty")
	for name, flow := range map[string]string{"empty": "empty", "allowlist": "login"} {
		b.Run(name, func(b *testing.B) {
			path := "/v1/tenants/acme/flows/" + flow + "/slots/after/execute"
			b.ReportAllocs()
			for b.Loop() {
				q := httptest.NewRequest(http.MethodPost, path, strings.NewReader(loginCall))
				q.Header.Set("Authorization", "Bearer "+keys["execute"])
				q.Header.Set("Content-Type", "application/json")
				answer := httptest.NewRecorder()
				s.web.ServeHTTP(answer, q)
				require.Equal(b, http.StatusOK, answer.Code)
			}
		})
	}
}
