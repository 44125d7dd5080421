package versions_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

// buildHere builds in this process, through the form in which sources travel.
type buildHere struct{}

func (buildHere) Build(ctx context.Context, tenant string, source bundler.Source) (*bundler.Bundle, error) {
	task := bundler.Task(nil)
	return bundler.Remote{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) { return task(payload) }}.Build(ctx, tenant, source)
}

// packagesFrom are the packages of a registry, with a cache of their own.
func packagesFrom(t *testing.T, r *npmtest.Registry, cache string) *versions.Packages {
	t.Helper()
	settings, err := npm.ParseSettings("registry="+r.URL(), nil)
	require.NoError(t, err)
	return versions.NewPackages(npm.New(npm.Options{Settings: settings, Cache: cache, HTTP: r.Client()}), nil)
}

func aRegistry(t *testing.T) *npmtest.Registry {
	t.Helper()
	r := npmtest.New(t)
	r.Add("twice", "1.0.0", map[string]any{"dependencies": map[string]string{"times": "^1"}}, map[string]string{"index.js": `var times = require("times"); module.exports = function (n) { return times(n, 2) };`})
	r.Add("times", "1.4.0", nil, map[string]string{"index.js": `module.exports = function (a, b) { return a * b };`})
	return r
}

func aDraftOf(dependencies map[string]string, lock json.RawMessage) catalog.Draft {
	d := aDraft()
	d.Files = map[string]string{"action.ts": `import twice from "twice"; export function execute() { return { kind: "continue", state: { n: twice(21) } }; }`}
	d.Dependencies, d.Lock = dependencies, lock
	return d
}

func TestPublishWithPackages(t *testing.T) {
	t.Parallel()
	r := aRegistry(t)
	packages := packagesFrom(t, r, t.TempDir())
	declared := map[string]string{"twice": "^1.0.0"}
	lock, err := packages.Settle(t.Context(), "acme", "a", declared)
	require.NoError(t, err)
	again, err := packagesFrom(t, r, t.TempDir()).Settle(t.Context(), "acme", "a", declared)
	require.NoError(t, err)
	require.Equal(t, string(lock), string(again))

	s := newStore(t)
	newTenant(t, s, "acme")
	p := &versions.Publisher{Store: s, Catalog: drafts{aDraftOf(declared, lock)}, Builder: buildHere{}, Packages: packages, Schemas: schemasHere, Now: clock}
	v, warnings, err := p.Publish(t.Context(), alice, "acme", "a", versions.Publication{Number: "3.0.0"})
	require.NoError(t, err)
	require.Empty(t, warnings)
	stored, err := s.Version(t.Context(), "acme", "a", "3.0.0")
	require.NoError(t, err)
	require.Equal(t, string(lock), string(stored.Lock))

	// Another server, with packages of its own, makes the same.
	p.Packages = packagesFrom(t, r, t.TempDir())
	same, err := p.Verify(t.Context(), "acme", "a", "3.0.0")
	require.NoError(t, err)
	require.Empty(t, same.Differences)
	require.Equal(t, v.Digest, same.Rebuilt)

	p.Packages = nil
	_, err = p.Verify(t.Context(), "acme", "a", "3.0.0")
	require.ErrorIs(t, err, catalog.ErrNoRegistry)
}

// TestDigestCoversTheLock changes nothing but the lock.
func TestDigestCoversTheLock(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	digests := map[string]bool{}
	for number, lock := range map[string]string{"3.0.0": "", "3.0.1": `{"packages":{}}`, "3.0.2": `{"packages": {}}`} {
		d := aDraft()
		d.Lock = json.RawMessage(lock)
		p := &versions.Publisher{Store: s, Catalog: drafts{d}, Builder: aBundle, Packages: packagesFrom(t, npmtest.New(t), t.TempDir()), Schemas: schemasHere, Now: clock}
		v, _, err := p.Publish(t.Context(), alice, "acme", "a", versions.Publication{Number: number})
		require.NoError(t, err)
		digests[v.Digest] = true
	}
	require.Len(t, digests, 3)
}

// TestVerifyFindsDifferences stores versions that are not what their sources make.
func TestVerifyFindsDifferences(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	_, err := publish(t, s, "acme", "a", aDraft(), aBundle, "3.0.0")
	require.NoError(t, err)
	p := &versions.Publisher{Store: s, Builder: builder{Script: []byte("other"), SourceMap: []byte("map"), Bundler: "esbuild 2"}}
	result, err := p.Verify(t.Context(), "acme", "a", "3.0.0")
	require.NoError(t, err)
	require.Equal(t, []string{"bundler", "bundle"}, result.Differences)
	require.NotEqual(t, result.Version.Digest, result.Rebuilt)

	v := result.Version
	v.Number, v.Message = "3.0.1", "a forgery"
	require.NoError(t, s.PutVersion(t.Context(), v))
	p.Builder = aBundle
	result, err = p.Verify(t.Context(), "acme", "a", "3.0.1")
	require.NoError(t, err)
	require.Equal(t, []string{"digest"}, result.Differences)
	_, err = p.Verify(t.Context(), "acme", "a", "9.9.9")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func TestSettleTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	packages := packagesFrom(t, aRegistry(t), t.TempDir())
	_, err := packages.Settle(t.Context(), "acme", "a", map[string]string{"twice": "^9"})
	require.Equal(t, []string{"/twice: the registry has no version of twice that is ^9"}, at(t, err))
	_, err = packages.Settle(t.Context(), "acme", "a", map[string]string{"@a/b": "git+ssh://x"})
	require.Contains(t, at(t, err)[0], "/@a~1b: ")
	_, err = versions.NewPackages(npm.New(npm.Options{}), nil).Settle(t.Context(), "acme", "a", map[string]string{"twice": "*"})
	require.ErrorIs(t, err, catalog.ErrNoRegistry)
	broken := aRegistry(t)
	broken.Close()
	_, err = packagesFrom(t, broken, t.TempDir()).Settle(t.Context(), "acme", "a", map[string]string{"twice": "*"})
	require.ErrorIs(t, err, catalog.ErrRegistry)
}
