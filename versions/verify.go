package versions

import (
	"bytes"
	"context"
	"fmt"
	"reflect"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
)

// Verification says whether a version can be made again from what is stored of it.
type Verification struct {
	Version Version
	// Rebuilt is the digest of what the sources and the lock make now. It equals the version's if nothing differs.
	Rebuilt string
	Bundler string // that made it now
	// Differences name what is not the same: "digest", if what is stored is not what the digest was made of; "bundler", "bundle", "source_map" and "capabilities".
	Differences []string
}

// Verify builds a version again and compares. What is wrong with its sources now, say with a stricter bundler, is a [*bundler.BuildError].
func (p *Publisher) Verify(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (Verification, error) {
	v, err := p.Store.Version(ctx, tenant, action, number)
	if err != nil {
		return Verification{}, fmt.Errorf("verify %s@%s: %w", action, number, err)
	}
	b, err := p.bundle(ctx, tenant, bundler.Source{Files: v.Files, Entry: v.Entry, Module: v.IsModule()}, v.Lock)
	if err != nil {
		return Verification{}, fmt.Errorf("verify %s@%s: %w", action, number, err)
	}
	again := v
	again.Bundle, again.SourceMap, again.Bundler = b.Script, b.SourceMap, b.Bundler
	result := Verification{Version: v, Rebuilt: again.digest(), Bundler: b.Bundler}
	for _, part := range []struct {
		name string
		same bool
	}{
		{"digest", v.digest() == v.Digest},
		{"bundler", v.Bundler == b.Bundler},
		{"bundle", bytes.Equal(v.Bundle, b.Script)},
		{"source_map", bytes.Equal(v.SourceMap, b.SourceMap)},
		{"capabilities", v.Code == nil || reflect.DeepEqual(*v.Code, b.Capabilities.Code)},
	} {
		if !part.same {
			result.Differences = append(result.Differences, part.name)
		}
	}
	return result, nil
}
