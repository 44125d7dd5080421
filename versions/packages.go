package versions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/progress"
)

// Packages brings npm packages to drafts and versions. It is a [catalog.Packages]. Safe for concurrent use.
type Packages struct {
	Client  *npm.Client
	settles chan struct{}
	loads   chan struct{}
}

// Bounds of what authors can make the server do at a time: what registries say of packages can be large.
const (
	settlesAtATime = 3
	loadsAtATime   = 4
	settleTime     = 75 * time.Second // less than a request may take
)

// NewPackages returns the packages that a client gets.
func NewPackages(client *npm.Client) *Packages {
	return &Packages{Client: client, settles: make(chan struct{}, settlesAtATime), loads: make(chan struct{}, loadsAtATime)}
}

// Settle implements catalog.Packages. It downloads the packages as well, so that what is in them is refused now, and building needs no registry.
func (p *Packages) Settle(ctx context.Context, dependencies map[string]string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := enter(ctx, p.settles); err != nil {
		return nil, err
	}
	defer func() { <-p.settles }()
	lock, err := p.Client.Resolve(ctx, dependencies)
	if err == nil {
		_, err = p.Client.Fetch(ctx, lock)
	}
	if err != nil {
		return nil, packageError(err, dependencies)
	}
	return lock.Encode(), nil
}

// Load returns the packages of a lock that Settle has returned.
func (p *Packages) Load(ctx context.Context, lock json.RawMessage) (*bundler.Packages, error) {
	var l npm.Lock
	if err := json.Unmarshal(lock, &l); err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := enter(ctx, p.loads); err != nil {
		return nil, err
	}
	defer func() { <-p.loads }()
	packages, err := p.Client.Fetch(ctx, &l)
	if err != nil {
		return nil, packageError(err, nil)
	}
	return &bundler.Packages{Lock: &l, ByKey: packages}, nil
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
