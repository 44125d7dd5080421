package versions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/progress"
)

// Packages brings npm packages and shared modules to drafts and versions. It is a [catalog.Packages]. Safe for concurrent use.
type Packages struct {
	Client  *npm.Client
	Store   Store // has the shared modules
	settles chan struct{}
	loads   chan struct{}
}

// Bounds of what authors can make the server do at a time: what registries say of packages can be large.
const (
	settlesAtATime = 3
	loadsAtATime   = 4
	settleTime     = 75 * time.Second // less than a request may take
)

// NewPackages returns the packages that a client gets, and the shared modules of a store.
func NewPackages(client *npm.Client, store Store) *Packages {
	return &Packages{Client: client, Store: store, settles: make(chan struct{}, settlesAtATime), loads: make(chan struct{}, loadsAtATime)}
}

// Settle implements catalog.Packages. It downloads the packages as well, so that what is in them is refused now, and building needs no registry.
func (p *Packages) Settle(ctx context.Context, tenant catalog.TenantID, importer catalog.ActionSlug, dependencies map[string]string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := enter(ctx, p.settles); err != nil {
		return nil, err
	}
	defer func() { <-p.settles }()
	lock, err := p.resolve(ctx, dependencies)
	if err != nil {
		return nil, err
	}
	modules := moduleSettler{store: p.Store, tenant: tenant, importer: importer, lock: lock}
	for _, name := range slices.Sorted(maps.Keys(dependencies)) {
		if strings.HasPrefix(name, bundler.ModulePrefix) {
			if err := modules.settle(ctx, name, dependencies[name]); err != nil {
				return nil, err
			}
		}
	}
	if _, err := p.fetch(ctx, lock, dependencies); err != nil {
		return nil, err
	}
	return lock.Encode(), nil
}

// resolve settles the npm packages among the dependencies.
func (p *Packages) resolve(ctx context.Context, dependencies map[string]string) (*bundler.Lock, error) {
	lock, declared := bundler.NewLock(), map[string]string{}
	for name, requirement := range dependencies {
		if module, ok := strings.CutPrefix(name, bundler.ModuleAlias); ok {
			return nil, invalid("/"+pointerEscaper.Replace(name), "declare the shared module as %s; it can be imported by both names", clip(bundler.ModulePrefix+module, 80))
		}
		if !strings.HasPrefix(name, bundler.ModulePrefix) {
			declared[name] = requirement
		}
	}
	if len(declared) > 0 {
		packages, err := p.Client.Resolve(ctx, declared)
		if err != nil {
			return nil, packageError(err, declared)
		}
		lock.Lock = *packages
	}
	lock.Dependencies = dependencies
	return lock, nil
}

// fetch gets the packages of a lock. One without any needs no registry.
func (p *Packages) fetch(ctx context.Context, lock *bundler.Lock, declared map[string]string) (map[string]*npm.Package, error) {
	if len(lock.Packages) == 0 {
		return nil, nil
	}
	packages, err := p.Client.Fetch(ctx, &lock.Lock)
	if err != nil {
		return nil, packageError(err, declared)
	}
	return packages, nil
}

// Load returns the packages of a lock that Settle has returned.
func (p *Packages) Load(ctx context.Context, lock json.RawMessage) (*bundler.Packages, error) {
	l, err := decodeLock(lock)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := enter(ctx, p.loads); err != nil {
		return nil, err
	}
	defer func() { <-p.loads }()
	packages, err := p.fetch(ctx, l, nil)
	if err != nil {
		return nil, err
	}
	return &bundler.Packages{Lock: l, ByKey: packages}, nil
}

// enter waits for a place.
func enter(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	default:
		progress.Report(ctx, progress.Step{Stage: progress.Wait})
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: others are being served for too long: %w", catalog.ErrRegistry, context.Cause(ctx))
	}
}

// packageError says it in the words of the catalog. The pointer is that of the declared dependency, where it is known.
func packageError(err error, declared map[string]string) error {
	if own, ok := errors.AsType[*npm.Error](err); ok {
		at, text := "", own.Error()
		if _, known := declared[own.Dependency]; known {
			at, text = "/"+pointerEscaper.Replace(own.Dependency), own.Detail
		}
		if own.Hint != "" {
			text += ". " + own.Hint
		}
		return invalid(at, "%s", text)
	}
	if errors.Is(err, npm.ErrNoRegistry) {
		return catalog.ErrNoRegistry
	}
	return fmt.Errorf("%w: %w", catalog.ErrRegistry, err)
}
