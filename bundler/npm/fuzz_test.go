package npm_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
)

// says is a registry that gives the same answer always.
type says string

func (s says) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(s))), Request: request}, nil
}

// FuzzResolve settles any range with a registry that says anything: it ends, and a lock has nothing in it that leads elsewhere.
func FuzzResolve(f *testing.F) {
	const dist = `"dist":{"tarball":"http://x/a.tgz","integrity":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}`
	f.Add(`{"name":"a","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{`+dist+`}}}`, "^1.0.0")
	f.Add(`{"name":"a","versions":{"1.0.0-rc.1+b":{`+dist+`},"1.0.0":{"dependencies":{"a":"npm:a@1.0.0-rc.1"},`+dist+`},"v1.2":{}}}`, ">=1 <2 || 3.x - 4 || latest")
	f.Add(`{"name":"a","versions":{"1.0.0":{"dependencies":[],"peerDependencies":{"b":"*"},"deprecated":true,`+dist+`}}}`, "~1.0")
	f.Add(`{"name":"a","versions":{"99999999999999999999.0.0":{"peerDependenciesMeta":{"a":null},"optionalDependencies":{"a":"1"}}}}`, "x || =v1.x")
	s, err := npm.ParseSettings("registry=http://127.0.0.1:1", environment)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, document, requirement string) {
		lock, err := npm.New(npm.Options{Settings: s, HTTP: &http.Client{Transport: says(document)}}).Resolve(t.Context(), map[string]string{"a": requirement})
		if err != nil {
			return
		}
		for key, p := range lock.Packages {
			require.Equal(t, "a", p.Name)
			require.True(t, strings.HasPrefix(key, "a@"+p.Version), key)
			require.NotContains(t, key, "/")
			require.NotContains(t, key, "\\")
		}
	})
}
