package bolt_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
)

func backup(t testing.TB, s *bolt.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.Backup(context.Background(), &b))
	return b.Bytes()
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	s := openIn(t, from)
	fill(t, s)
	saved := backup(t, s)
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing is left in the data directory")
	require.NoError(t, s.Close())

	empty := t.TempDir()
	for _, dir := range []string{empty, filepath.Join(t.TempDir(), "new", "dir")} {
		require.NoError(t, bolt.Restore(bytes.NewReader(saved), dir))
		s := openIn(t, dir)
		requireFilled(t, s)
		require.NoError(t, s.Close())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 2)
		require.ErrorIs(t, bolt.Restore(bytes.NewReader(saved), dir), bolt.ErrNotEmpty)
	}
}

// TestBackupWhileServing restores backups taken while revisions and records are written: each is a whole number of writes.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	s := openIn(t, t.TempDir())
	fill(t, s)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	write := func(one func(i int) error) {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := one(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	ctx := t.Context()
	write(func(i int) error {
		r := versions.Revision{Tenant: "acme", Flow: "login", Number: i + 3}
		return saveRevision(ctx, s, r, audit.Event{Type: audit.FlowSaved})
	})
	write(func(i int) error { return s.WriteRecords(ctx, fmt.Sprint(i), []audit.Record{record(now)}) })
	for range 5 {
		saved := backup(t, s)
		dir := t.TempDir()
		require.NoError(t, bolt.Restore(bytes.NewReader(saved), dir))
		restored := openIn(t, dir)
		require.NoError(t, restored.VerifyEvents(ctx, "acme"))
		f, err := restored.Flow(ctx, "acme", "login")
		require.NoError(t, err)
		events, _, err := restored.Events(ctx, "acme", audit.Filter{Limit: 1})
		require.NoError(t, err)
		require.EqualValues(t, f.Revision+1, events[0].Sequence, "a revision and its event")
		_, _, err = restored.Records(ctx, "acme", audit.Filter{Limit: 200})
		require.NoError(t, err)
		require.NoError(t, restored.Close())
	}
	close(stop)
	writers.Wait()
	require.NoError(t, s.Close())
}

func TestBackupToBrokenReceiver(t *testing.T) {
	t.Parallel()
	s := openIn(t, t.TempDir())
	defer s.Close()
	fill(t, s)
	gone := errors.New("gone")
	r, w := io.Pipe()
	r.CloseWithError(gone)
	require.ErrorIs(t, s.Backup(t.Context(), w), gone)
	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, s.Backup(ended, io.Discard), context.Canceled)
	requireFilled(t, s)
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s := openIn(t, t.TempDir())
	fill(t, s)
	good := backup(t, s)
	require.NoError(t, s.Close())
	entries := readTar(t, good)
	require.Len(t, entries, 4)

	with := func(change func(e []entry) []entry) []byte {
		return writeTar(t, change(append([]entry(nil), entries...)))
	}
	extra := func(h tar.Header) []byte {
		return with(func(e []entry) []entry { return append([]entry{{h, bytes.Repeat([]byte("x"), int(h.Size))}}, e...) })
	}
	cases := map[string][]byte{
		"nothing":       {},
		"no tar":        bytes.Repeat([]byte("x"), 4096),
		"no manifest":   with(func(e []entry) []entry { return e[:3] }),
		"a missing day": with(func(e []entry) []entry { return append(e[:1:1], e[2:]...) }),
		"no main file":  with(func(e []entry) []entry { return e[1:] }),
		"a file twice":  with(func(e []entry) []entry { return append(e[:1:1], e...) }),
		"other order":   with(func(e []entry) []entry { e[1], e[2] = e[2], e[1]; return e }),
		"an altered file": with(func(e []entry) []entry {
			e[0].data = bytes.Clone(e[0].data)
			e[0].data[len(e[0].data)-1] ^= 1
			return e
		}),
		"an altered manifest": with(func(e []entry) []entry {
			e[3].data = bytes.Replace(e[3].data, []byte(`"format": `), []byte(`"format": 1`), 1)
			return e
		}),
		"a path outside":   extra(tar.Header{Name: "../evil", Typeflag: tar.TypeReg, Size: 1}),
		"an absolute path": extra(tar.Header{Name: "/tmp/evil", Typeflag: tar.TypeReg, Size: 1}),
		"a sly path":       extra(tar.Header{Name: "executions/../../evil.db", Typeflag: tar.TypeReg, Size: 1}),
		"no day":           extra(tar.Header{Name: "executions/2026-13-40.db", Typeflag: tar.TypeReg, Size: 1}),
		"another file":     extra(tar.Header{Name: "readme.txt", Typeflag: tar.TypeReg, Size: 1}),
		"a link":           extra(tar.Header{Name: "durward.db", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		"a directory":      extra(tar.Header{Name: "executions/", Typeflag: tar.TypeDir}),
		"an empty file":    extra(tar.Header{Name: "executions/2026-11-19.db", Typeflag: tar.TypeReg}),
	}
	for cut := 0; cut < len(good)-1024; cut += 512 * 37 {
		cases[fmt.Sprintf("cut at %d", cut)] = good[:cut]
	}
	for name, saved := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			empty, absent := filepath.Join(parent, "empty"), filepath.Join(parent, "absent")
			require.NoError(t, os.Mkdir(empty, 0o700))
			require.Error(t, bolt.Restore(bytes.NewReader(saved), empty))
			require.Error(t, bolt.Restore(bytes.NewReader(saved), absent))
			left, err := os.ReadDir(empty)
			require.NoError(t, err)
			require.Empty(t, left)
			require.NoDirExists(t, absent)
			outside, err := os.ReadDir(parent)
			require.NoError(t, err)
			require.Len(t, outside, 1)
		})
	}
}

type entry struct {
	header tar.Header
	data   []byte
}

func readTar(t *testing.T, b []byte) []entry {
	t.Helper()
	var entries []entry
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		entries = append(entries, entry{*h, data})
	}
}

func writeTar(t *testing.T, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		e.header.Size = int64(len(e.data))
		require.NoError(t, w.WriteHeader(&e.header))
		_, err := w.Write(e.data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}
