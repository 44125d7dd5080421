package npm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
)

// archivesIn are the files of a cache.
func archivesIn(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	require.NoError(t, err)
	return found
}

// TestPoisonsOfTheCache puts what must not be read in the place of an archive.
func TestPoisonsOfTheCache(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string]func(path string) error{
		"another text":     func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
		"nothing":          func(path string) error { return os.Truncate(path, 0) },
		"a file too large": func(path string) error { return os.Truncate(path, 1<<40) },
		"an endless file":  func(path string) error { return replace(path, os.Symlink("/dev/zero", path+".new")) },
		"a pipe":           func(path string) error { return replace(path, syscall.Mkfifo(path+".new", 0o600)) },
		"a folder":         func(path string) error { return replace(path, os.MkdirAll(filepath.Join(path+".new", "x"), 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := npmtest.New(t)
			r.Add("a", "1.0.0", nil, script("right"))
			first, dir := client(t, r, "")
			lock, _, err := install(first, map[string]string{"a": "*"})
			require.NoError(t, err)
			place := archivesIn(t, dir)[0]
			require.NoError(t, poison(place))

			_, err = npm.New(npm.Options{Cache: dir}).Fetch(t.Context(), lock)
			require.ErrorIs(t, err, npm.ErrNoRegistry, "it is not taken")
			s, err := npm.ParseSettings("registry="+r.URL(), environment)
			require.NoError(t, err)
			packages, err := npm.New(npm.Options{Settings: s, Cache: dir}).Fetch(t.Context(), lock)
			require.NoError(t, err)
			require.Equal(t, "right", string(packages["a@1.0.0"].Files["index.js"]))
			info, err := os.Lstat(place)
			require.NoError(t, err)
			require.True(t, info.Mode().IsRegular())
		})
	}
}

func replace(path string, err error) error {
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	return err
}

// TestCacheIsBounded keeps a cache small: what was not used for the longest time goes, and comes back when it is needed.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	s, err := npm.ParseSettings("registry="+r.URL(), environment)
	require.NoError(t, err)
	dir := t.TempDir()
	options := npm.Options{Settings: s, Cache: dir, HTTP: r.Client(), CacheSize: 3000}
	locks := map[string]*npm.Lock{}
	for i := range 20 {
		name := fmt.Sprintf("p%d", i)
		r.Add(name, "1.0.0", nil, script(name))
		lock, _, err := install(npm.New(options), map[string]string{name: "*"})
		require.NoError(t, err)
		locks[name] = lock
		for _, path := range archivesIn(t, dir) { // each is older than the ones to come
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Chtimes(path, time.Time{}, info.ModTime().Add(-time.Minute)))
		}
		_, err = npm.New(npm.Options{Cache: dir}).Fetch(t.Context(), locks["p0"])
		require.NoError(t, err, "it is used all the time")
	}
	total := int64(0)
	for _, path := range archivesIn(t, dir) {
		info, err := os.Stat(path)
		require.NoError(t, err)
		total += info.Size()
	}
	require.LessOrEqual(t, total, int64(3000))
	_, err = npm.New(npm.Options{Cache: dir}).Fetch(t.Context(), locks["p1"])
	require.ErrorIs(t, err, npm.ErrNoRegistry, "it is gone")
	_, err = npm.New(options).Fetch(t.Context(), locks["p1"])
	require.NoError(t, err)
}

// TestCacheUnderFire has many that fetch the same packages into one cache while somebody poisons and empties it: each gets the right ones.
func TestCacheUnderFire(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	declared := map[string]string{}
	for i := range 6 {
		name := fmt.Sprintf("p%d", i)
		r.Add(name, "1.0.0", nil, script(name))
		declared[name] = "*"
	}
	first, dir := client(t, r, "")
	lock, _, err := install(first, declared)
	require.NoError(t, err)
	s, err := npm.ParseSettings("registry="+r.URL(), environment)
	require.NoError(t, err)

	stop := make(chan struct{})
	var vandal, tenants sync.WaitGroup
	vandal.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			found, _ := filepath.Glob(filepath.Join(dir, "*", "*.tgz"))
			for i, path := range found {
				if (n+i)%2 == 0 {
					_ = os.WriteFile(path, []byte("poison"), 0o600)
				} else {
					_ = os.Remove(path)
				}
			}
		}
	})
	for range 4 {
		tenants.Go(func() {
			for range 10 {
				packages, err := npm.New(npm.Options{Settings: s, Cache: dir, HTTP: r.Client()}).Fetch(t.Context(), lock)
				if err != nil {
					t.Errorf("fetch: %v", err)
					return
				}
				for name := range declared {
					if got := string(packages[name+"@1.0.0"].Files["index.js"]); got != name {
						t.Errorf("%s is %q", name, got)
					}
				}
			}
		})
	}
	tenants.Wait()
	close(stop)
	vandal.Wait()
}
