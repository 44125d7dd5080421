package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// Packages settles dependencies to exact packages and shared modules.
type Packages interface {
	// Settle returns a lock, which is JSON, for what an action or module of a tenant imports. The error is [InvalidErrors], with pointers into the dependencies, if they cannot be had; [ErrNoRegistry]; or [ErrRegistry].
	Settle(ctx context.Context, tenant TenantID, importer ActionSlug, dependencies map[string]string) (json.RawMessage, error)
}

// Errors about where packages come from.
var (
	ErrNoRegistry = errors.New("no npm registry is configured")
	ErrRegistry   = errors.New("the npm registry does not answer as it should")
)

// settle returns the lock of a draft's dependencies, nil if there are none.
func (c *Catalog) settle(ctx context.Context, tenant TenantID, importer ActionSlug, dependencies map[string]string) (json.RawMessage, error) {
	if len(dependencies) == 0 {
		return nil, nil
	}
	if c.packages == nil {
		return nil, ErrNoRegistry
	}
	lock, err := c.packages.Settle(ctx, tenant, importer, dependencies)
	var list InvalidErrors
	if errors.As(err, &list) {
		return nil, list.Below("/dependencies")
	}
	return lock, err
}

// checkDependencies holds the bounds. What names and ranges are is npm's business.
func checkDependencies(dependencies map[string]string, add func(pointer, format string, args ...any)) {
	if len(dependencies) > MaxDependencies {
		add("/dependencies", "an action declares at most %d dependencies", MaxDependencies)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(dependencies)) {
		if len(name) > maxRequirement || len(dependencies[name]) > maxRequirement {
			add(pointer([]string{"dependencies", clip(name, 80)}), "a name and a range have at most %d bytes", maxRequirement)
		}
	}
}
