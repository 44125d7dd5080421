package versions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"deps.dev/util/semver"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
)

// MaxModules is how many shared modules an action may have, those that its modules need included.
const MaxModules = 50

// ModulePin is an exact version of a shared module.
type ModulePin struct {
	Module catalog.ActionSlug `json:"module"`
	Number string             `json:"version"`
}

func (p ModulePin) String() string { return string(p.Module) + "@" + p.Number }

// Dependent is a version that has a shared module in it.
type Dependent struct {
	Action catalog.ActionSlug // an action, or another module
	Number string
	Pin    ModulePin
}

// IsModule says whether it is a version of a shared module: an action's names a trigger.
func (v *Version) IsModule() bool { return len(v.Triggers) == 0 }

// pin takes the key of a shared module in a lock apart.
func pin(key string) ModulePin {
	name, number, _ := strings.Cut(strings.TrimPrefix(key, bundler.ModulePrefix), "@")
	return ModulePin{Module: catalog.ActionSlug(name), Number: number}
}

// pins are all shared modules of a lock, in the order of their keys.
func pins(lock *bundler.Lock) []ModulePin {
	var list []ModulePin
	for _, key := range slices.Sorted(maps.Keys(lock.Modules)) {
		list = append(list, pin(key))
	}
	return list
}

func decodeLock(text json.RawMessage) (*bundler.Lock, error) {
	l := bundler.NewLock()
	if len(text) == 0 {
		return l, nil
	}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	return l, nil
}

// moduleSettler settles the shared modules that one action or module declares.
type moduleSettler struct {
	store    Store
	tenant   catalog.TenantID
	importer catalog.ActionSlug
	lock     *bundler.Lock
}

// settle puts the newest version in the range of a declared module into the lock. The error is catalog.InvalidErrors at the dependency's name if there is none.
func (s *moduleSettler) settle(ctx context.Context, name, requirement string) error {
	at := "/" + pointerEscaper.Replace(name)
	slug := catalog.ActionSlug(strings.TrimPrefix(name, bundler.ModulePrefix))
	number, err := s.choose(ctx, at, slug, requirement)
	if err != nil {
		return err
	}
	v, err := s.store.Version(ctx, s.tenant, slug, number)
	if err != nil {
		return fmt.Errorf("module %s@%s: %w", slug, number, err)
	}
	own, err := decodeLock(v.Lock)
	if err != nil {
		return fmt.Errorf("module %s@%s: %w", slug, number, err)
	}
	if path := cycle(s.importer, v.pin(), own); path != "" {
		return invalid(at, "%s would import itself: %s", s.importer, path)
	}
	s.lock.Include(name, bundler.ModuleKey(string(slug), number), bundler.Module{Entry: v.Entry, Digest: v.Digest}, own)
	switch {
	case len(s.lock.Modules) > MaxModules:
		return invalid(at, "with what it needs there are more than %d shared modules", MaxModules)
	case len(s.lock.Packages) > npm.MaxPackages:
		return invalid(at, "with what it needs there are more than %d packages", npm.MaxPackages)
	}
	return nil
}

func (v *Version) pin() ModulePin { return ModulePin{Module: v.Action, Number: v.Number} }

// choose returns the newest version in a range, a deprecated one only if there is no other.
func (s *moduleSettler) choose(ctx context.Context, at string, slug catalog.ActionSlug, requirement string) (string, error) {
	if requirement == "latest" {
		requirement = "*"
	}
	allowed, err := semver.NPM.ParseConstraint(requirement)
	if err != nil {
		return "", invalid(at, "%q is not a range of versions", clip(requirement, 80))
	}
	newest, recalled, deprecated := "", "", ""
	for page := (catalog.Page{Limit: catalog.MaxLimit}); ; {
		list, err := s.store.Versions(ctx, s.tenant, slug, page)
		if notFound(err) {
			return "", invalid(at, "there is no shared module %q", clip(string(slug), 80))
		}
		if err != nil {
			return "", fmt.Errorf("versions of %s: %w", slug, err)
		}
		for i := range list.Items {
			v := &list.Items[i]
			if !v.IsModule() {
				return "", invalid(at, "%s is an action; only shared modules can be imported", slug)
			}
			switch {
			case !allowed.Match(v.Number):
			case v.Recall == nil && v.Deprecation == nil:
				return v.Number, nil
			case v.Recall == nil && deprecated == "":
				deprecated = v.Number
			case v.Recall != nil && recalled == "":
				recalled = v.Number
			}
			if newest == "" {
				newest = v.Number
			}
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	switch {
	case deprecated != "":
		return deprecated, nil
	case newest == "":
		return "", invalid(at, "%s has no published version", slug)
	case recalled != "":
		return "", invalid(at, "%s@%s was recalled, and no other version is in the range %q", slug, recalled, clip(requirement, 80))
	}
	return "", invalid(at, "no version of %s is in the range %q; the newest is %s", slug, clip(requirement, 80), newest)
}

// cycle leads from an importer over a module and what this needs back to a version of the importer, "" if nothing does.
func cycle(importer catalog.ActionSlug, first ModulePin, own *bundler.Lock) string {
	came := map[string]string{}
	path := func(key string) string {
		steps := []string{string(importer)}
		for ; key != ""; key = came[key] {
			steps = slices.Insert(steps, 1, pin(key).String())
		}
		return strings.Join(slices.Insert(steps, 1, first.String()), " → ")
	}
	if first.Module == importer {
		return path("")
	}
	next := moduleKeys(own.Root)
	for len(next) > 0 {
		key := next[0]
		next = next[1:]
		if pin(key).Module == importer {
			return path(key)
		}
		for _, inner := range moduleKeys(own.Modules[key].Dependencies) {
			if _, seen := came[inner]; !seen {
				came[inner] = key
				next = append(next, inner)
			}
		}
	}
	return ""
}

// moduleKeys are the keys of shared modules among what somebody declares, in the order of their names.
func moduleKeys(declared map[string]string) []string {
	var keys []string
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if strings.HasPrefix(name, bundler.ModulePrefix) {
			keys = append(keys, declared[name])
		}
	}
	return keys
}

// ModuleFiles returns the files of all shared modules in a lock of the tenant's, by the paths that they have in a source: durward:crm@1.2.0/index.ts. The error is catalog.InvalidErrors if one of them is not there
// any more, or was recalled.
func (p *Publisher) ModuleFiles(ctx context.Context, tenant catalog.TenantID, lock json.RawMessage) (map[string]string, error) {
	l, err := decodeLock(lock)
	if err != nil {
		return nil, err
	}
	if err := p.checkRecalls(ctx, tenant, l); err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, key := range moduleKeys(l.Root) {
		of := pin(key)
		v, err := p.Store.Version(ctx, tenant, of.Module, of.Number)
		if notFound(err) {
			return nil, invalid("/dependencies/"+pointerEscaper.Replace(bundler.ModulePrefix+string(of.Module)), "the shared module %s is not there any more: settle the dependencies anew", of)
		}
		if err == nil && v.Digest != l.Modules[key].Digest {
			err = errors.New("it is not what the lock says")
		}
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", of, err)
		}
		for path, text := range v.Files {
			if inner, _ := bundler.SplitModule(path); inner == "" {
				path = bundler.ModulePath(key, path)
			}
			files[path] = text
		}
	}
	return files, nil
}

// checkRecalls looks for shared modules that were recalled, also among those that are there because another one needs them. One that is not there is not its question.
func (p *Publisher) checkRecalls(ctx context.Context, tenant catalog.TenantID, l *bundler.Lock) error {
	for _, of := range pins(l) {
		v, err := p.Store.Version(ctx, tenant, of.Module, of.Number)
		switch {
		case notFound(err):
		case err != nil:
			return fmt.Errorf("module %s: %w", of, err)
		case v.Recall != nil:
			return invalid("/dependencies", "the shared module %s was recalled: settle the dependencies anew", of)
		}
	}
	return nil
}

// Dependents lists the versions that have a version of a shared module in them, by the module's versions, oldest first.
func (p *Publisher) Dependents(ctx context.Context, tenant catalog.TenantID, module catalog.ActionSlug, page catalog.Page) (catalog.List[Dependent], error) {
	return p.Store.Dependents(ctx, tenant, module, page.Clamp())
}
