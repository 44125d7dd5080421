package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func list(ids ...string) []api.Attachment {
	out := []api.Attachment{}
	for _, id := range ids {
		out = append(out, api.Attachment{ID: id, Action: id, Version: "1.0.0"})
	}
	return out
}

func TestAttach(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		method string
		place  int
		want   api.Slot
		err    string
	}{
		"at the end":                  {want: api.Slot{Default: list("a", "b", "new"), Methods: map[string][]api.Attachment{"totp": list("c")}}},
		"at the beginning":            {place: 1, want: api.Slot{Default: list("new", "a", "b"), Methods: map[string][]api.Attachment{"totp": list("c")}}},
		"in between":                  {place: 2, want: api.Slot{Default: list("a", "new", "b"), Methods: map[string][]api.Attachment{"totp": list("c")}}},
		"for a method":                {method: "totp", want: api.Slot{Default: list("a", "b"), Methods: map[string][]api.Attachment{"totp": list("c", "new")}}},
		"for a method without a list": {method: "oidc", want: api.Slot{Default: list("a", "b"), Methods: map[string][]api.Attachment{"totp": list("c"), "oidc": list("new")}}},
		"behind the end":              {place: 4, err: "--at 4 is no place in a list of 2"},
		"before the beginning":        {place: -1, err: "--at -1 is no place"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slots := map[string]api.Slot{"after": {Default: list("a", "b"), Methods: map[string][]api.Attachment{"totp": list("c")}}}
			err := attach(slots, "after", c.method, c.place, list("new")[0])
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, map[string]api.Slot{"after": c.want}, slots)
		})
	}
}

func TestAttachToNothing(t *testing.T) {
	t.Parallel()
	slots := map[string]api.Slot{}
	require.NoError(t, attach(slots, "after", "totp", 0, list("new")[0]))
	require.Equal(t, map[string]api.Slot{"after": {Methods: map[string][]api.Attachment{"totp": list("new")}}}, slots)
}

func TestDetach(t *testing.T) {
	t.Parallel()
	slots := map[string]api.Slot{"after": {Default: list("a", "b"), Methods: map[string][]api.Attachment{"totp": list("c"), "oidc": list("d", "e"), "passkey": {}}}}
	for _, id := range []string{"a", "c", "e"} {
		require.NoError(t, detach(slots, id))
	}
	want := map[string]api.Slot{"after": {Default: list("b"), Methods: map[string][]api.Attachment{"oidc": list("d"), "passkey": {}}}}
	require.Equal(t, want, slots, "a list that the user left empty stays; one that detaching left empty goes")
	require.ErrorContains(t, detach(slots, "a"), "no attachment a")
}

// TestEditAgain loses the race for a revision, and makes its change on top of the winner's.
func TestEditAgain(t *testing.T) {
	t.Parallel()
	var revision atomic.Int64
	revision.Store(4)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(revision.Load())
		if r.Method == http.MethodGet {
			_ = json.NewEncoder(w).Encode(api.FlowDetail{Flow: api.Flow{Slug: "login", Revision: n}})
			revision.CompareAndSwap(4, 5) // somebody saves between the first reading and the first saving
			return
		}
		var change api.FlowChange
		_ = json.NewDecoder(r.Body).Decode(&change)
		if change.Base != n {
			w.Header().Set("Content-Type", api.ProblemType)
			w.WriteHeader(http.StatusConflict)
			_ = json.NewEncoder(w).Encode(api.Problem{Title: "Somebody else was first", Status: 409, Code: "conflict"})
			return
		}
		_ = json.NewEncoder(w).Encode(api.SavedRevision{Revision: api.Revision{Number: change.Base + 1}})
	}))
	t.Cleanup(server.Close)
	r := runHere(t, "", "flow", "attach", "login", "after", "gate@1.0.0", "--url", server.URL, "--tenant", "acme")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.out, "Revision 6 is live")
}
