package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// serveEvents answers with events whoever asks for them, and as ever whoever does not.
func serveEvents(t testing.TB, events string) *client.Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept"), api.EventsType) {
			_, _ = io.WriteString(w, `{"number":"1.0.0"}`)
			return
		}
		w.Header().Set("Content-Type", api.EventsType)
		_, _ = io.WriteString(w, events)
	}))
	t.Cleanup(server.Close)
	return client.New(server.URL, "", client.Options{})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		events string
		want   []api.Progress
		number string
		err    string
	}{
		"an answer": {
			events: `{"progress":{"stage":"resolve","package":"a"}}` + "\n" + `{"progress":{"stage":"download","done":1,"total":2,"bytes":3}}` + "\n" + `{"answer":{"number":"1.2.0"}}` + "\n",
			want:   []api.Progress{{Stage: "resolve", Package: "a"}, {Stage: "download", Done: 1, Total: 2, Bytes: 3}}, number: "1.2.0",
		},
		"an answer alone":      {events: `{"answer":{"number":"1.2.0"}}`, number: "1.2.0"},
		"what is not known":    {events: `{"later":1}` + "\n" + `{"answer":{"number":"1.2.0","later":1}}`, number: "1.2.0"},
		"a problem":            {events: `{"progress":{"stage":"bundle"}}` + "\n" + `{"problem":{"title":"It is wrong","status":422,"code":"invalid"}}`, want: []api.Progress{{Stage: "bundle"}}, err: "It is wrong"},
		"a problem of no name": {events: `{"problem":{"status":503}}`, err: "503 Service Unavailable"},
		"no end":               {events: `{"progress":{"stage":"bundle"}}` + "\n", want: []api.Progress{{Stage: "bundle"}}, err: "unexpected EOF"},
		"a torn end":           {events: `{"answer":{"num`, err: "unexpected EOF"},
		"no events":            {events: `<html>`, err: "invalid character"},
		"an odd answer":        {events: `{"answer":[]}`, err: "answer:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []api.Progress
			ctx := client.WithProgress(t.Context(), func(p api.Progress) { got = append(got, p) })
			v, err := serveEvents(t, test.events).Tenant("acme").Publish(ctx, "gate", api.Publication{})
			require.Equal(t, test.want, got)
			require.Equal(t, test.number, v.Number)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
		})
	}
	v, err := serveEvents(t, "").Tenant("acme").Publish(t.Context(), "gate", api.Publication{})
	require.NoError(t, err)
	require.Equal(t, "1.0.0", v.Number)
}

// FuzzProgress wants an answer, or an error that says why there is none, of whatever a server sends.
func FuzzProgress(f *testing.F) {
	f.Add(`{"progress":{"stage":"bundle"}}` + "\n" + `{"answer":{"number":"1.2.0"}}`)
	f.Add(`{"problem":{"status":422}}`)
	f.Add(`{"answer":null}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, events string) {
		_, err := serveEvents(t, events).Tenant("acme").Publish(client.WithProgress(t.Context(), func(api.Progress) {}), "gate", api.Publication{})
		require.True(t, err == nil || err.Error() != "")
	})
}
