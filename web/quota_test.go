package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/durward/durward/web/api"
)

// A tenant that goes on publishing what is never removed comes to an end, and keeps what it has.
func TestQuota(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	const actions = "/v1/tenants/acme/actions"
	text := strings.Repeat("x", 1<<20-1)
	files := map[string]string{"a.ts": text, "b.ts": text, "c.ts": text, "d.ts": text, "e.ts": text}
	for i := 0; ; i++ {
		r := s.call(keys["author"], "POST", actions, api.NewAction{Slug: fmt.Sprintf("a%d", i), Source: api.Source{Files: files, Triggers: []string{"login.after"}}})
		if r.status != 201 {
			r.problem(422, "quota")
			break
		}
	}
	s.call(keys["viewer"], "GET", actions+"/a0/draft", nil).into(200, nil)
}
