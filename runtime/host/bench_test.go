package host_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// document is 1 KB of JSON.
var document = `{"text":"` + strings.Repeat("x", 1013) + `"}`

func jsonServer(b *testing.B) *httptest.Server {
	return serve(b, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, document)
	})
}

// BenchmarkClient is what BenchmarkFetch costs without a broker.
func BenchmarkClient(b *testing.B) {
	url, client := jsonServer(b).URL, &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	b.ReportAllocs()
	for b.Loop() {
		response, err := client.Get(url)
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(b, err)
		response.Body.Close()
	}
}

// BenchmarkFetch opens a session, fetches a document over a connection that is open, reads it, and closes the session.
func BenchmarkFetch(b *testing.B) {
	server := jsonServer(b)
	w := granted(server)
	broker := host.New(w.options)
	defer broker.Close()
	fetch := vm.HostCall{Op: "fetch", Args: []byte(`{"method":"GET","url":"` + server.URL + `","headers":[["accept","application/json"]],"redirect":"follow"}`)}
	read := vm.HostCall{Op: "fetch.read", Args: []byte(`{"body":1,"all":true}`)}
	b.ReportAllocs()
	for b.Loop() {
		s := broker.Open(&w.settings, w.grant)
		require.Nil(b, s.Serve(b.Context(), fetch).Err)
		require.Len(b, s.Serve(b.Context(), read).Body, len(document))
		s.Close()
	}
}

func BenchmarkSession(b *testing.B) {
	w := granted()
	broker := host.New(w.options)
	defer broker.Close()
	b.ReportAllocs()
	for b.Loop() {
		s := broker.Open(&w.settings, w.grant)
		s.Close()
		s.Requests()
	}
}

func BenchmarkOperations(b *testing.B) {
	for _, c := range []vm.HostCall{
		{Op: "cache.set", Args: []byte(`{"key":"user:1","value":` + document + `,"ttl_seconds":60}`)},
		{Op: "cache.get", Args: []byte(`{"key":"user:1"}`)},
		{Op: "counter.hit", Args: []byte(`{"key":"ip:192.0.2.1","window_seconds":60}`)},
	} {
		b.Run(c.Op, func(b *testing.B) {
			w := granted()
			s := w.open(b)
			s.Serve(b.Context(), vm.HostCall{Op: "cache.set", Args: []byte(`{"key":"user:1","value":` + document + `,"ttl_seconds":60}`)})
			b.ReportAllocs()
			for b.Loop() {
				require.Nil(b, s.Serve(b.Context(), c).Err)
			}
		})
	}
}
