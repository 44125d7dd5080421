package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/durward/durward/web/api"
)

// TestCallsDoNotMix makes calls of different sizes at once. Their buffers are used again and again, and the state in an answer shares memory with the body that it came in.
func TestCallsDoNotMix(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for i := range 100 {
				state := fmt.Sprintf(`{"caller":"%d.%d","filler":%q}`, caller, i, strings.Repeat(string(rune('a'+caller)), 50*(i%20)))
				body := loginCall[:len(loginCall)-1] + `,"state":` + state + `}`
				q := httptest.NewRequest(http.MethodPost, "/v1/tenants/acme/flows/login/slots/after/execute", strings.NewReader(body))
				q.Header.Set("Authorization", "Bearer "+keys["execute"])
				answer := httptest.NewRecorder()
				s.web.ServeHTTP(answer, q)
				var got api.Answer
				if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || string(got.State) != state {
					t.Errorf("sent %s, got %d %s", state, answer.Code, answer.Body)
				}
			}
		})
	}
	all.Wait()
}
