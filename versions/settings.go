package versions

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
)

// SettingsSource is what settings are made of; [catalog.Catalog] is one.
type SettingsSource interface {
	TenantLimits(ctx context.Context, tenant catalog.TenantID) (catalog.TenantLimits, error)
	Egress(ctx context.Context, tenant catalog.TenantID) (catalog.Egress, error)
	OpenSecrets(ctx context.Context, tenant catalog.TenantID) ([]catalog.OpenSecret, error)
	WatchTenants(ctx context.Context, changed func(catalog.TenantID))
}

// Settings knows what each tenant's actions may use and reach. What it has answered once it answers again without I/O and without a lock, until the tenant's secrets, policy or limits
// change. It implements [host.Tenants] and is safe for concurrent use.
type Settings struct {
	source SettingsSource
	most   catalog.Limits
	known  sync.Map // string, the tenant, to *host.Settings

	mu      sync.Mutex // for what changes known, and for the rest
	loading map[string]*loading
	size    int // of what is known, about, in bytes
}

// loading is a reading that has begun. All that ask meanwhile wait for it.
type loading struct {
	done     chan struct{}
	settings *host.Settings // with err, once done is closed
	err      error
}

// maxSettings bounds the memory that settings take: beyond it all are dropped, and read again when they are asked for. Ten thousand tenants with secrets of 1 KiB need a tenth of it.
const maxSettings = 128 << 20

// NewSettings returns settings that follow the source until ctx ends. most are the server's own maxima; a zero field is the default of vm.Limits.
func NewSettings(ctx context.Context, source SettingsSource, most catalog.Limits) *Settings {
	s := &Settings{source: source, most: WithDefaults(most), loading: map[string]*loading{}}
	source.WatchTenants(ctx, s.forget)
	return s
}

// forget drops what is known of a tenant, and what is being read: it may be from before the change.
func (s *Settings) forget(id catalog.TenantID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.loading, string(id))
	if old, ok := s.known.LoadAndDelete(string(id)); ok {
		s.size -= sizeOf(old.(*host.Settings))
	}
}

// Settings implements [host.Tenants]. The error is catalog.ErrNotFound if there is no such tenant.
func (s *Settings) Settings(ctx context.Context, tenant string) (*host.Settings, error) {
	if known, ok := s.known.Load(tenant); ok {
		return known.(*host.Settings), nil
	}
	l, first := s.join(tenant)
	if !first {
		select {
		case <-l.done:
			return l.settings, l.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	// Others wait for this: it must not end because the one who began it goes away.
	l.settings, l.err = s.load(context.WithoutCancel(ctx), catalog.TenantID(tenant))
	s.finish(tenant, l)
	return l.settings, l.err
}

// join returns the reading that is under way, or begins one.
func (s *Settings) join(tenant string) (l *loading, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l = s.loading[tenant]; l != nil {
		return l, false
	}
	l = &loading{done: make(chan struct{})}
	s.loading[tenant] = l
	return l, true
}

// finish hands a reading to those who wait, and keeps it unless the tenant has changed since it began.
func (s *Settings) finish(tenant string, l *loading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(l.done)
	if s.loading[tenant] != l {
		return
	}
	delete(s.loading, tenant)
	if l.err != nil {
		return
	}
	if old, ok := s.known.LoadAndDelete(tenant); ok {
		s.size -= sizeOf(old.(*host.Settings))
	}
	if s.size += sizeOf(l.settings); s.size > maxSettings {
		s.known.Clear()
		s.size = sizeOf(l.settings)
	}
	s.known.Store(tenant, l.settings)
}

func (s *Settings) load(ctx context.Context, tenant catalog.TenantID) (*host.Settings, error) {
	limits, err := s.source.TenantLimits(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	egress, err := s.source.Egress(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("egress policy: %w", err)
	}
	open, err := s.source.OpenSecrets(ctx, tenant)
	if err != nil {
		return nil, err
	}
	settings := &host.Settings{
		Limits:  runtimeLimits(limits.Limits.Within(s.most)),
		Egress:  host.Egress{Hosts: egress.Hosts, Methods: egress.Methods, Schemes: egress.Schemes, Internal: limits.InternalHosts},
		Secrets: make(map[string]host.Secret, len(open)),
	}
	for _, secret := range open {
		settings.Secrets[secret.Name] = host.Secret{Value: secret.Value, Brokered: secret.Brokered, Hosts: secret.Hosts}
	}
	return settings, nil
}

// sizeOf is about how much memory settings take.
func sizeOf(s *host.Settings) int {
	size := 1 << 10
	for name, secret := range s.Secrets {
		size += 100 + len(name) + len(secret.Value) + 50*len(secret.Hosts)
	}
	return size + 50*(len(s.Egress.Hosts)+len(s.Egress.Internal))
}

// runtimeLimits are limits as an execution has them.
func runtimeLimits(l catalog.Limits) runtime.Limits {
	return runtime.Limits{
		CPU: time.Duration(l.CPUMS) * time.Millisecond, Wall: time.Duration(l.WallMS) * time.Millisecond, Memory: l.MemoryBytes, CallDepth: l.CallDepth,
		OutcomeBytes: l.OutcomeBytes, LogLines: l.LogLines, LogBytes: l.LogBytes, Timers: l.Timers, Pending: l.Pending, Requests: l.Requests, RequestBytes: l.RequestBytes,
	}
}

// catalogLimits are limits as a tenant is told of them.
func catalogLimits(l runtime.Limits) catalog.Limits {
	return catalog.Limits{
		CPUMS: int(l.CPU.Milliseconds()), WallMS: int(l.Wall.Milliseconds()), MemoryBytes: l.Memory, CallDepth: l.CallDepth,
		OutcomeBytes: l.OutcomeBytes, LogLines: l.LogLines, LogBytes: l.LogBytes, Timers: l.Timers, Pending: l.Pending, Requests: l.Requests, RequestBytes: l.RequestBytes,
	}
}

// WithDefaults returns l with its zero fields filled in by what an execution has if nobody says anything.
func WithDefaults(l catalog.Limits) catalog.Limits {
	return catalogLimits(runtimeLimits(l).WithDefaults())
}
