package versions

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/progress"
)

// ErrNoTypeCheck says that a tenant demands a type check of what is published, and the server cannot do it.
var ErrNoTypeCheck = errors.New("the server has no TypeScript compiler")

// TypeChecker checks types; [typecheck.Checker] is one.
type TypeChecker interface {
	Check(ctx context.Context, tenant string, p typecheck.Project) ([]bundler.Diagnostic, error)
}

// PackageTypes gathers the declarations of packages and shared modules; [bundler.Remote] is one.
type PackageTypes interface {
	Types(ctx context.Context, tenant string, packages *bundler.Packages, modules map[string]string) (*npm.Declarations, error)
}

// DraftTypes are what an editor has to know of a draft besides its files.
type DraftTypes struct {
	Revision int
	// Declarations is the text of durward.d.ts, with the draft's own Config and Secrets.
	Declarations string
	// Packages is the digest under which [Publisher.PackageTypes] answers; empty if the draft declares no dependencies.
	Packages string
}

// DraftTypes returns the declarations of a draft.
func (p *Publisher) DraftTypes(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (DraftTypes, error) {
	draft, err := p.Catalog.Draft(ctx, tenant, slug)
	if err != nil {
		return DraftTypes{}, fmt.Errorf("types of %s: %w", slug, err)
	}
	declared, err := declaredBy(&draft)
	if err != nil {
		return DraftTypes{}, fmt.Errorf("types of %s: %w", slug, err)
	}
	return DraftTypes{Revision: draft.Revision, Declarations: types.For(declared), Packages: typesDigest(draft.Lock)}, nil
}

func declaredBy(draft *catalog.Draft) (types.Action, error) {
	lock, err := decodeLock(draft.Lock)
	if err != nil {
		return types.Action{}, err
	}
	return types.Action{ConfigSchema: draft.ConfigSchema, Secrets: draft.Secrets, Modules: bundler.ModuleTypes(lock)}, nil
}

// typesFormat is part of the digest of a lock's types: it is another one when what is made of a lock changes.
const typesFormat = "durward types 2\n"

// typesDigest names the declarations of what a lock has: a SHA-256 in hex.
func typesDigest(lock json.RawMessage) string {
	if len(lock) == 0 {
		return ""
	}
	sum := sha256.Sum256(append([]byte(typesFormat), lock...))
	return hex.EncodeToString(sum[:])
}

// PackageTypes returns the declarations of the packages and shared modules of a draft's lock. The error is catalog.ErrNotFound if the digest is not that of [Publisher.DraftTypes]; else errors are as for Publish. What a digest names never changes.
func (p *Publisher) PackageTypes(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug, digest string) (*npm.Declarations, error) {
	draft, err := p.Catalog.Draft(ctx, tenant, slug)
	if err == nil && (digest == "" || typesDigest(draft.Lock) != digest) {
		err = catalog.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("types of the packages of %s: %w", slug, err)
	}
	return p.packageTypes(ctx, tenant, draft.Lock)
}

func (p *Publisher) packageTypes(ctx context.Context, tenant catalog.TenantID, lock json.RawMessage) (*npm.Declarations, error) {
	if p.Packages == nil || p.PackageDeclarations == nil {
		return nil, catalog.ErrNoRegistry
	}
	packages, err := p.Packages.Load(ctx, lock)
	if err != nil {
		return nil, err
	}
	modules, err := p.ModuleFiles(ctx, tenant, lock)
	if err != nil {
		return nil, err
	}
	return p.PackageDeclarations.Types(ctx, string(tenant), packages, modules)
}

// TypeCheckAvailable says whether the server can check types.
func (p *Publisher) TypeCheckAvailable() bool { return p.TypeChecker != nil }

// checkTypes checks a draft's types if the tenant asks for it. What is wrong with them comes back as warnings, or is a [*bundler.BuildError].
func (p *Publisher) checkTypes(ctx context.Context, tenant catalog.TenantID, draft *catalog.Draft) ([]bundler.Diagnostic, error) {
	asked, err := p.Catalog.Publishing(ctx, tenant)
	if err != nil || asked.TypeCheck == catalog.TypeCheckOff {
		return nil, err
	}
	found, err := p.findTypeErrors(ctx, tenant, draft)
	if limit, ok := errors.AsType[*typecheck.LimitError](err); ok {
		found, err = []bundler.Diagnostic{{
			Severity: bundler.SeverityError, Text: "The types cannot be checked: " + limit.Reason, Hint: "Split types that are computed from others, or leave out large packages.",
		}}, nil
	}
	if asked.TypeCheck == catalog.TypeCheckRefuse {
		if err == nil && len(found) > 0 {
			err = &bundler.BuildError{Diagnostics: found}
		}
		return nil, err
	}
	if errors.Is(err, ErrNoTypeCheck) {
		return []bundler.Diagnostic{{Severity: bundler.SeverityWarning, Text: "The types were not checked: the server has no TypeScript compiler"}}, nil
	}
	found = slices.Clone(found)
	for i := range found {
		found[i].Severity = bundler.SeverityWarning
	}
	return found, err
}

func (p *Publisher) findTypeErrors(ctx context.Context, tenant catalog.TenantID, draft *catalog.Draft) ([]bundler.Diagnostic, error) {
	if p.TypeChecker == nil {
		return nil, ErrNoTypeCheck
	}
	progress.Report(ctx, progress.Step{Stage: progress.Check})
	declared, err := declaredBy(draft)
	if err != nil {
		return nil, err
	}
	project := typecheck.Project{Files: draft.Files, Action: declared}
	if len(draft.Lock) > 0 {
		if project.Packages, err = p.packageTypes(ctx, tenant, draft.Lock); err != nil {
			return nil, err
		}
	}
	return p.TypeChecker.Check(ctx, string(tenant), project)
}
