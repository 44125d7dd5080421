package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
)

const crashDir = "DURWARD_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Println("error", err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestKill kills a process that writes, many times, and checks after each that what it was told was written is there.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seen := &acknowledged{records: make(map[string]bool), versions: make(map[string]bool)}
	random := rand.New(rand.NewPCG(7, 7))
	for i := range 20 {
		// On one processor hundreds of records may come before the first version.
		killed := runUntil(t, dir, 1+random.IntN(400), i%2 == 0, seen)
		seen.check(t, dir)
		if t.Failed() {
			t.Fatalf("after a kill behind %d writes", killed)
		}
	}
	require.Positive(t, seen.revision)
	require.NotEmpty(t, seen.versions)
	require.Greater(t, len(seen.records), 100)
}

// acknowledged is what the writing processes reported as written.
type acknowledged struct {
	revision int
	versions map[string]bool
	records  map[string]bool
}

// runUntil starts a writing process and kills it behind so many reports, or behind its first version if that is to be among them and comes later.
func runUntil(t *testing.T, dir string, reports int, version bool, seen *acknowledged) int {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), exe)
	child.Env = append(os.Environ(), crashDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	n, killed := 0, false
	for lines := bufio.NewScanner(out); lines.Scan(); { // those after the kill were reported as well
		kind, what, _ := strings.Cut(lines.Text(), " ")
		switch kind {
		case "revision":
			_, err := fmt.Sscan(what, &seen.revision)
			require.NoError(t, err)
		case "version":
			seen.versions[what] = true
			version = false
		case "record":
			seen.records[what] = true
		default:
			t.Errorf("the writing process says %q", lines.Text())
		}
		if n++; n >= reports && !version && !killed {
			killed = true
			require.NoError(t, child.Process.Kill())
		}
	}
	require.Error(t, child.Wait(), "it was killed")
	return n
}

func (a *acknowledged) check(t *testing.T, dir string) {
	t.Helper()
	ctx := context.Background()
	s := openIn(t, dir)
	defer s.Close()
	require.NoError(t, s.VerifyEvents(ctx, "acme"))

	f, err := s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.GreaterOrEqual(t, f.Revision, a.revision)
	for n := 1; n <= f.Revision; n++ {
		r, err := s.Revision(ctx, "acme", "login", n)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(n), r.Message)
	}
	saved := 0
	for number := range a.versions {
		v, err := s.Version(ctx, "acme", "gate", number)
		require.NoError(t, err)
		require.Equal(t, number, string(v.Bundle[:len(number)]))
	}
	for filter := (audit.Filter{Type: audit.FlowSaved, Limit: 200}); ; {
		events, next, err := s.Events(ctx, "acme", filter)
		require.NoError(t, err)
		saved += len(events)
		if filter.After = next; next == "" {
			break
		}
	}
	require.Equal(t, f.Revision-1, saved, "one event for each save")
	a.checkRecords(t, s, dir)
}

func (a *acknowledged) checkRecords(t *testing.T, s *bolt.Store, dir string) {
	t.Helper()
	ctx := context.Background()
	r, err := audit.NewRecorder(filepath.Join(dir, "spool"), s, audit.RecorderOptions{Days: 3650})
	require.NoError(t, err)
	require.NoError(t, r.Flush(ctx))
	found := make(map[string]bool)
	for filter := (audit.Filter{Limit: 200}); ; {
		records, next, err := r.Records(ctx, "acme", filter)
		require.NoError(t, err)
		for _, r := range records {
			require.False(t, found[r.ID], "a record is stored once")
			found[r.ID] = true
		}
		if filter.After = next; next == "" {
			break
		}
	}
	for id := range a.records {
		require.True(t, found[id], "record %s", id)
	}
	require.NoError(t, r.Close(ctx))
	left, err := os.ReadDir(filepath.Join(dir, "spool"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// writeUntilKilled is the writing process: it saves revisions, publishes versions and appends records, and prints each once it is acknowledged.
func writeUntilKilled(dir string) error {
	s, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		return err
	}
	r, err := audit.NewRecorder(filepath.Join(dir, "spool"), s, audit.RecorderOptions{Days: 3650})
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := setUp(ctx, s); err != nil {
		return err
	}
	f, err := s.Flow(ctx, "acme", "login")
	if err != nil {
		return err
	}
	started := time.Now().UnixNano() // makes the version numbers of this process its own
	failed := make(chan error)
	var print sync.Mutex
	repeat := func(kind string, write func(i int) (string, error)) {
		for i := 0; ; i++ {
			what, err := write(i)
			if err != nil {
				failed <- err
				return
			}
			print.Lock()
			fmt.Println(kind, what)
			print.Unlock()
		}
	}
	go repeat("revision", func(i int) (string, error) {
		n := f.Revision + 1 + i
		rev := versions.Revision{Tenant: "acme", Flow: "login", Number: n, Message: fmt.Sprint(n)}
		return rev.Message, s.SaveRevision(ctx, rev, audit.Event{Type: audit.FlowSaved, Time: time.Now()})
	})
	go repeat("version", func(i int) (string, error) {
		number := fmt.Sprintf("%d.%d.0", started, i)
		bundle := append([]byte(number), make([]byte, 20_000)...)
		v := versions.Version{Tenant: "acme", Action: "gate", Number: number, Bundle: bundle, Files: map[string]string{}}
		return number, s.PutVersion(ctx, v, audit.Event{Type: audit.ActionPublished, Time: time.Now()})
	})
	for range 2 {
		go repeat("record", func(int) (string, error) {
			rec := record(time.Now())
			rec.ID = uuid.Must(uuid.NewV7()).String()
			return rec.ID, r.Append(&rec)
		})
	}
	return <-failed
}

func setUp(ctx context.Context, s *bolt.Store) error {
	if _, err := s.Flow(ctx, "acme", "login"); err == nil {
		return nil
	}
	if _, err := s.Tenant(ctx, "acme"); err != nil {
		if err := s.CreateTenant(ctx, catalog.Tenant{ID: "acme"}, audit.Event{Type: audit.TenantCreated}); err != nil {
			return err
		}
	}
	if _, err := s.Action(ctx, "acme", "gate"); err != nil {
		if err := s.CreateAction(ctx, catalog.Action{Tenant: "acme", Slug: "gate"}, catalog.Draft{Revision: 1}); err != nil {
			return err
		}
	}
	f := versions.Flow{Tenant: "acme", Slug: "login", Revision: 1}
	return s.CreateFlow(ctx, f, versions.Revision{Number: 1, Message: "1"}, audit.Event{Type: audit.FlowCreated})
}
