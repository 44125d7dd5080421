package host

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// Scope is whose cache or counters are meant: nothing is seen in another one.
type Scope struct {
	Tenant, Action string
	// Draft says that they are those of the action's drafts. What drafts keep must not push out what versions keep.
	Draft bool
}

// owner is who has a quota: a tenant's versions have one, and its drafts have another. No tenant's name has a colon.
func (in Scope) owner() string {
	if in.Draft {
		return "draft:" + in.Tenant
	}
	return in.Tenant
}

// Cache keeps what actions remember for a while. It may forget anything at any time. It must be safe for concurrent use.
type Cache interface {
	// Get returns the value of a key, if it is there and its time is not over.
	Get(ctx context.Context, in Scope, key string) (value json.RawMessage, found bool, err error)
	// Set keeps a value, which must not be changed, for ttl.
	Set(ctx context.Context, in Scope, key string, value json.RawMessage, ttl time.Duration) error
	// Delete says whether the key was there.
	Delete(ctx context.Context, in Scope, key string) (found bool, err error)
}

// Bounds of what an action may keep.
const (
	maxKey   = 256      // bytes of a key, of caches and of counters
	maxValue = 64 << 10 // bytes of a value's JSON
	maxTTL   = 30 * 24 * time.Hour
)

// Bounds of a [MemoryCache]: of a tenant, and in all.
var (
	cacheQuota = bound{entries: 10_000, bytes: 8 << 20}
	cacheRoom  = bound{entries: 1_000_000, bytes: 256 << 20}
)

// itemOverhead is about what an entry takes up beside its key and value, in bytes.
const itemOverhead = 256

// MemoryCache is a [Cache] in this process: other nodes do not see it, and it ends with the process. A tenant has 8 MiB and 10,000 entries, and its drafts as much; all of them share 256 MiB;
// what was not used for the longest time goes first.
type MemoryCache struct {
	mu    sync.Mutex
	shelf *shelf[scopedKey, cached]
}

type scopedKey struct{ action, key string }

type cached struct {
	value json.RawMessage
	until time.Time
}

// NewMemoryCache returns an empty cache.
func NewMemoryCache() *MemoryCache {
	return &MemoryCache{shelf: newShelf[scopedKey, cached](cacheQuota, cacheRoom)}
}

// Get implements [Cache].
func (m *MemoryCache) Get(_ context.Context, in Scope, key string) (json.RawMessage, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := scopedKey{in.Action, key}
	c, found := m.shelf.get(in.owner(), at)
	if found && !time.Now().Before(c.until) {
		m.shelf.remove(in.owner(), at)
		return nil, false, nil
	}
	return c.value, found, nil
}

// Set implements [Cache].
func (m *MemoryCache) Set(_ context.Context, in Scope, key string, value json.RawMessage, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shelf.put(in.owner(), scopedKey{in.Action, key}, cached{value, time.Now().Add(ttl)}, len(key)+len(value)+itemOverhead)
	return nil
}

// Delete implements [Cache].
func (m *MemoryCache) Delete(ctx context.Context, in Scope, key string) (bool, error) {
	_, found, _ := m.Get(ctx, in, key) // it may be there and over
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shelf.remove(in.owner(), scopedKey{in.Action, key}) && found, nil
}

func (s *Session) scope() Scope {
	return Scope{Tenant: s.grant.Tenant, Action: s.grant.Action, Draft: s.grant.Draft}
}

type keyArgs struct {
	Key string `json:"key"`
}

func (a keyArgs) check() error {
	if a.Key == "" || len(a.Key) > maxKey {
		return refuse(codeInvalid, "a key has 1 to %d bytes", maxKey)
	}
	return nil
}

func (s *Session) cacheGet(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a keyArgs
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	if err := a.check(); err != nil {
		return vm.HostAnswer{}, err
	}
	value, found, err := s.broker.options.Cache.Get(ctx, s.scope(), a.Key)
	if err != nil {
		return vm.HostAnswer{}, errCache
	}
	if !found {
		return vm.HostAnswer{Value: json.RawMessage(`{"found":false}`)}, nil
	}
	if err := s.say(len(value)); err != nil {
		return vm.HostAnswer{}, err
	}
	text := append(make(json.RawMessage, 0, len(value)+24), `{"found":true,"value":`...)
	return vm.HostAnswer{Value: append(append(text, value...), '}')}, nil
}

func (s *Session) cacheSet(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a struct {
		keyArgs
		Value json.RawMessage `json:"value"`
		TTL   float64         `json:"ttl_seconds"`
	}
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	ttl, ok := duration(a.TTL, time.Millisecond, maxTTL)
	switch err := a.check(); {
	case err != nil:
		return vm.HostAnswer{}, err
	case len(a.Value) == 0 || len(a.Value) > maxValue:
		return vm.HostAnswer{}, refuse(codeInvalid, "a value of the cache has at most %d bytes of JSON", maxValue)
	case !ok:
		return vm.HostAnswer{}, refuse(codeInvalid, "ttl_seconds is more than 0 and at most %d", maxTTL/time.Second)
	}
	// Key and value are a part of the arguments, which are larger: they would be kept as a whole.
	if err := s.broker.options.Cache.Set(ctx, s.scope(), strings.Clone(a.Key), append(json.RawMessage(nil), a.Value...), ttl); err != nil {
		return vm.HostAnswer{}, errCache
	}
	return vm.HostAnswer{Value: json.RawMessage(`{}`)}, nil
}

func (s *Session) cacheDelete(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a keyArgs
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	if err := a.check(); err != nil {
		return vm.HostAnswer{}, err
	}
	found, err := s.broker.options.Cache.Delete(ctx, s.scope(), a.Key)
	if err != nil {
		return vm.HostAnswer{}, errCache
	}
	return answerValue(struct {
		Found bool `json:"found"`
	}{found})
}

var errCache = refuse(codeUnavailable, "the cache does not answer")

// duration converts seconds, if they are within bounds. It is written so that no number, however large, and no NaN gets through.
func duration(seconds float64, least, most time.Duration) (time.Duration, bool) {
	if seconds >= least.Seconds() && seconds <= most.Seconds() {
		return time.Duration(seconds * float64(time.Second)), true
	}
	return 0, false
}
