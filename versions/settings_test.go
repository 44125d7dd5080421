package versions_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/versions"
)

// source counts the readings.
type source struct {
	*catalog.Catalog
	reads atomic.Int64
	// afterLimits is called between the first read and the others.
	afterLimits func()
}

func (s *source) TenantLimits(ctx context.Context, tenant catalog.TenantID) (catalog.TenantLimits, error) {
	s.reads.Add(1)
	l, err := s.Catalog.TenantLimits(ctx, tenant)
	if s.afterLimits != nil {
		s.afterLimits()
	}
	return l, err
}

func newSettingsSource(t testing.TB, tenants ...catalog.TenantID) *source {
	t.Helper()
	keyring, err := seal.ParseKeys(seal.NewKey())
	require.NoError(t, err)
	c := catalog.New(t.Context(), newStore(t), schemasHere, catalog.Options{Seal: keyring, Now: clock})
	for _, id := range tenants {
		_, err := c.CreateTenant(t.Context(), alice, id, "")
		require.NoError(t, err)
	}
	return &source{Catalog: c}
}

func (s *source) set(t testing.TB, tenant catalog.TenantID, n catalog.NewSecret) {
	t.Helper()
	_, err := s.SetSecret(t.Context(), alice, tenant, n)
	require.NoError(t, err)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := newSettingsSource(t, "acme", "other")
	settings := versions.NewSettings(t.Context(), s, catalog.Limits{CPUMS: 2000, MemoryBytes: 128 << 20})
	server := vm.Limits{CPU: 2 * time.Second, Memory: 128 << 20}.WithDefaults()
	read := func(tenant string) *host.Settings {
		got, err := settings.Settings(t.Context(), tenant)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, &host.Settings{Limits: server, Secrets: map[string]host.Secret{}}, read("acme"))
	require.Same(t, read("acme"), read("acme"))
	require.EqualValues(t, 1, s.reads.Load())
	other := read("other")

	s.set(t, "acme", catalog.NewSecret{Name: "A", Value: "a", Brokered: true, Hosts: []string{"a.example"}})
	s.set(t, "acme", catalog.NewSecret{Name: "B", Value: "b"})
	_, err := s.SaveEgress(t.Context(), alice, "acme", nil, catalog.Egress{Hosts: []string{"b.example"}, Methods: []string{"GET"}, Schemes: []string{"https"}})
	require.NoError(t, err)
	_, err = s.SaveTenantLimits(t.Context(), alice, "acme", nil, catalog.TenantLimits{
		Limits: catalog.Limits{CPUMS: 100, WallMS: 9_000, MemoryBytes: 512 << 20, Requests: 3}, InternalHosts: []string{"c.internal:80"},
	})
	require.NoError(t, err)
	lowered := server
	lowered.CPU, lowered.Requests = 100*time.Millisecond, 3
	require.Equal(t, &host.Settings{
		Limits: lowered, Egress: host.Egress{Hosts: []string{"b.example"}, Methods: []string{"GET"}, Schemes: []string{"https"}, Internal: []string{"c.internal:80"}},
		Secrets: map[string]host.Secret{"A": {Value: "a", Brokered: true, Hosts: []string{"a.example"}}, "B": {Value: "b"}},
	}, read("acme"), "limits above the server's own are lowered to them")
	require.Same(t, other, read("other"), "what has not changed is not read again")

	_, err = settings.Settings(t.Context(), "nobody")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.CreateTenant(t.Context(), alice, "nobody", "")
	require.NoError(t, err)
	read("nobody")
}

// TestSettingsAreReadOnce lets many ask at once, of whom the first goes away.
func TestSettingsAreReadOnce(t *testing.T) {
	t.Parallel()
	s := newSettingsSource(t, "acme")
	settings := versions.NewSettings(t.Context(), s, catalog.Limits{})
	reading, goOn := make(chan struct{}), make(chan struct{})
	s.afterLimits = sync.OnceFunc(func() { close(reading); <-goOn })
	first, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	ask := func(ctx context.Context) {
		all.Go(func() {
			if _, err := settings.Settings(ctx, "acme"); err != nil {
				t.Error(err)
			}
		})
	}
	ask(first)
	<-reading
	for range 20 {
		ask(t.Context())
	}
	gone, leaveToo := context.WithCancel(t.Context())
	leaveToo()
	_, err := settings.Settings(gone, "acme")
	require.ErrorIs(t, err, context.Canceled, "who waits may go")
	leave()
	close(goOn)
	all.Wait()
	require.EqualValues(t, 1, s.reads.Load())
}

// TestChangeWhileSettingsAreRead changes a secret after a reading has begun: what was read may be old, and must not be kept.
func TestChangeWhileSettingsAreRead(t *testing.T) {
	t.Parallel()
	s := newSettingsSource(t, "acme")
	settings := versions.NewSettings(t.Context(), s, catalog.Limits{})
	s.afterLimits = func() {
		s.afterLimits = nil
		_, err := s.SaveTenantLimits(t.Context(), alice, "acme", nil, catalog.TenantLimits{Limits: catalog.Limits{Requests: 1}})
		require.NoError(t, err)
	}
	_, err := settings.Settings(t.Context(), "acme") // began before: either is right
	require.NoError(t, err)
	got, err := settings.Settings(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, 1, got.Limits.Requests)
}

// TestSettingsWhileSaving wants whoever asks after a save to get what was saved or what came later, for any number of tenants and askers.
func TestSettingsWhileSaving(t *testing.T) {
	t.Parallel()
	s := newSettingsSource(t, "acme")
	settings := versions.NewSettings(t.Context(), s, catalog.Limits{Requests: 1000})
	const last = 100
	var saved atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				least := int(saved.Load())
				got, err := settings.Settings(context.Background(), "acme")
				if err != nil || least > 0 && (got.Limits.Requests < least || got.Limits.Requests > last) {
					t.Errorf("%+v after %d was saved: %v", got, least, err)
					return
				}
				if least == last {
					return
				}
			}
		})
	}
	for n := 1; n <= last; n++ {
		_, err := s.SaveTenantLimits(t.Context(), alice, "acme", nil, catalog.TenantLimits{Limits: catalog.Limits{Requests: n}})
		require.NoError(t, err)
		saved.Store(int64(n))
	}
	all.Wait()
}

// TestSettingsAreBounded has more secrets than are kept in memory.
func TestSettingsAreBounded(t *testing.T) {
	t.Parallel()
	s := &hoard{source: newSettingsSource(t)}
	settings := versions.NewSettings(t.Context(), s, catalog.Limits{})
	for i := range 400 { // 1 MiB each, of which 128 MiB are kept
		_, err := settings.Settings(t.Context(), fmt.Sprint("tenant-", i))
		require.NoError(t, err)
	}
	s.reads.Store(0)
	_, err := settings.Settings(t.Context(), "tenant-0")
	require.NoError(t, err)
	require.EqualValues(t, 1, s.reads.Load(), "the first was dropped")
	_, err = settings.Settings(t.Context(), "tenant-399")
	require.NoError(t, err)
	require.EqualValues(t, 1, s.reads.Load(), "the last was not")
}

// hoard has every tenant, each with a large secret: the same one, so that only the account of the memory is large.
type hoard struct{ *source }

var large = string(make([]byte, 1<<20))

func (h *hoard) TenantLimits(context.Context, catalog.TenantID) (catalog.TenantLimits, error) {
	h.reads.Add(1)
	return catalog.TenantLimits{}, nil
}

func (h *hoard) Egress(context.Context, catalog.TenantID) (catalog.Egress, error) {
	return catalog.Egress{}, nil
}

func (h *hoard) OpenSecrets(context.Context, catalog.TenantID) ([]catalog.OpenSecret, error) {
	return []catalog.OpenSecret{{Secret: catalog.Secret{Name: "LARGE"}, Value: large}}, nil
}

func TestSettingsDoNotAllocate(t *testing.T) {
	settings := versions.NewSettings(t.Context(), newSettingsSource(t, "acme"), catalog.Limits{})
	ctx := t.Context()
	// Boxing the name is one allocation of 16 bytes.
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if _, err := settings.Settings(ctx, "acme"); err != nil {
			t.Error(err)
		}
	}), 1.0)
}

func BenchmarkSettings(b *testing.B) {
	settings := versions.NewSettings(b.Context(), newSettingsSource(b, "acme"), catalog.Limits{})
	ctx := b.Context()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := settings.Settings(ctx, "acme"); err != nil {
				b.Error(err)
			}
		}
	})
}
