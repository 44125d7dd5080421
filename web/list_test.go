package web_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// TestPages walks through lists of seven, three at a time.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	base := "/v1/tenants/acme"
	for i := range 7 {
		s.call(keys["author"], "POST", base+"/actions", api.NewAction{Slug: fmt.Sprintf("action-%d", i)}).into(201, nil)
		s.flow("acme", keys, fmt.Sprintf("flow-%d", i))
		s.call(keys["execute"], "POST", base+"/flows/flow-0/slots/after/execute", loginCall).into(200, nil)
	}
	require.NoError(t, s.recorder.Flush(t.Context()))
	for path, member := range map[string]string{
		base + "/actions": "slug", base + "/flows": "slug", base + "/audit/executions": "id", base + "/audit/edits": "sequence",
	} {
		t.Run(path, func(t *testing.T) {
			var whole api.List[map[string]any]
			s.call(keys["viewer"], "GET", path, nil).into(200, &whole)
			require.Empty(t, whole.Next)
			var walked []map[string]any
			for next := ""; ; {
				var page api.List[map[string]any]
				s.call(keys["viewer"], "GET", path+"?limit=3&after="+url.QueryEscape(next), nil).into(200, &page)
				require.LessOrEqual(t, len(page.Items), 3)
				walked = append(walked, page.Items...)
				if next = page.Next; next == "" {
					break
				}
			}
			require.GreaterOrEqual(t, len(walked), 7)
			require.Equal(t, whole.Items, walked)
			require.NotNil(t, walked[0][member])
		})
	}
}
