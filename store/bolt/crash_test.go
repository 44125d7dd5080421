package bolt_test

import (
	"bufio"
	"context"
	"errors"
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
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
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
	seen := &acknowledged{
		records: make(map[string]bool), versions: make(map[string]bool), answers: make(map[string]bool), accepted: make(map[string]bool), claimed: make(map[string]bool),
		finished: make(map[string]bool),
	}
	random := rand.New(rand.NewPCG(7, 7))
	for i := range 20 {
		// On one processor hundreds of records may come before the first version, or before a delivery is finished.
		killed := runUntil(t, dir, 1+random.IntN(400), i%2 == 0, seen)
		seen.check(t, dir)
		if t.Failed() {
			t.Fatalf("after a kill behind %d writes", killed)
		}
	}
	require.Positive(t, seen.revision)
	require.NotEmpty(t, seen.versions)
	require.Greater(t, len(seen.records), 100)
	require.NotEmpty(t, seen.answers)
	require.NotEmpty(t, seen.accepted)
	require.NotEmpty(t, seen.finished)
}

// acknowledged is what the writing processes reported as written.
type acknowledged struct {
	revision int
	versions map[string]bool
	records  map[string]bool
	answers  map[string]bool
	accepted map[string]bool // deliveries
	claimed  map[string]bool // of these
	finished map[string]bool // of these
}

// runUntil starts a writing process and kills it behind so many reports, or behind its first version and its first finished delivery if those are to be among them and come later.
func runUntil(t *testing.T, dir string, reports int, rare bool, seen *acknowledged) int {
	t.Helper()
	awaited := map[string]bool{}
	if rare {
		awaited = map[string]bool{"version": true, "finished": true}
	}
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
		case "record":
			seen.records[what] = true
		case "answer":
			seen.answers[what] = true
		case "accepted":
			seen.accepted[what] = true
		case "claimed":
			seen.claimed[what] = true
		case "finished":
			seen.finished[what] = true
		default:
			t.Errorf("the writing process says %q", lines.Text())
		}
		delete(awaited, kind)
		if n++; n >= reports && len(awaited) == 0 && !killed {
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
	a.checkAnswers(t, s)
	a.checkDeliveries(t, s)
}

func (a *acknowledged) checkAnswers(t *testing.T, s *bolt.Store) {
	t.Helper()
	for key := range a.answers {
		got, err := s.Answer(t.Context(), answerRef(key))
		require.NoError(t, err, "answer %s", key)
		require.Equal(t, key, string(got.Content))
	}
}

// checkDeliveries wants each delivery that was accepted to be there, unless it was finished, and each that is there to be one that can be claimed.
func (a *acknowledged) checkDeliveries(t *testing.T, s *bolt.Store) {
	t.Helper()
	there := map[string]deliveries.Delivery{}
	for page := (catalog.Page{Limit: 200}); ; {
		list, err := s.Deliveries(t.Context(), "acme", false, page)
		require.NoError(t, err)
		for _, d := range list.Items {
			there[d.ID] = d
			require.Equal(t, deliveries.Waiting, d.State, "nobody works on %s", d.ID)
			require.False(t, a.finished[d.ID], "%s was finished", d.ID)
		}
		if page.After = list.Next; list.Next == "" {
			break
		}
	}
	for id := range a.accepted {
		d, err := s.Delivery(t.Context(), "acme", id)
		if errors.Is(err, catalog.ErrNotFound) {
			require.True(t, a.claimed[id], "delivery %s", id) // and so it may have been finished, even if nobody lived to say so
			continue
		}
		require.NoError(t, err)
		require.Equal(t, id, string(d.Call))
	}
	counts, err := s.DeliveryCounts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(there), counts.Waiting, "the account says what is there")
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
	report := func(kind, what string) {
		print.Lock()
		defer print.Unlock()
		fmt.Println(kind, what)
	}
	repeat := func(kind string, write func(i int) (string, error)) {
		for i := 0; ; i++ {
			what, err := write(i)
			if err != nil {
				failed <- err
				return
			}
			report(kind, what)
		}
	}
	go repeat("revision", func(i int) (string, error) {
		n := f.Revision + 1 + i
		rev := versions.Revision{Tenant: "acme", Flow: "login", Number: n, Message: fmt.Sprint(n)}
		return rev.Message, saveRevision(ctx, s, rev, audit.Event{Type: audit.FlowSaved, Time: time.Now()})
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
	go repeat("answer", func(i int) (string, error) {
		key := fmt.Sprint(started, "-", i)
		answer := idempotency.Answer{Ref: answerRef(key), At: time.Now(), Content: []byte(key)}
		_, err := s.KeepAnswer(ctx, answer, idempotency.Bounds{Entries: 1 << 20, Bytes: 1 << 30})
		return key, err
	})
	go repeat("accepted", func(i int) (string, error) {
		d := deliveries.Delivery{ID: fmt.Sprint(started, "-", i), Tenant: "acme", Line: fmt.Sprint("user ", i%5), AcceptedAt: time.Now(), Due: time.Now()}
		d.Call = []byte(d.ID)
		return d.ID, s.AddDelivery(ctx, d, deliveries.Bounds{Entries: 1 << 20, Bytes: 1 << 30})
	})
	go repeat("finished", func(int) (string, error) {
		for {
			claimed, _, err := s.ClaimDeliveries(ctx, "acme", deliveries.Claim{Now: time.Now(), Until: time.Now().Add(time.Hour), Limit: 1})
			if err != nil {
				return "", err
			}
			if len(claimed) > 0 {
				report("claimed", claimed[0].ID)
				return claimed[0].ID, s.FinishDelivery(ctx, claimed[0])
			}
		}
	})
	return <-failed
}

func answerRef(key string) idempotency.Ref {
	q := idempotency.Request{Tenant: "acme", Key: key}
	return q.Ref()
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
	f := versions.Flow{Tenant: "acme", Slug: "login", Revision: 1, Edition: 1}
	return s.CreateFlow(ctx, f, versions.Revision{Number: 1, Message: "1"}, audit.Event{Type: audit.FlowCreated})
}
