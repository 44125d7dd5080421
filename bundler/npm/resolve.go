package npm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"deps.dev/util/resolve"
	"deps.dev/util/resolve/npm"
	"deps.dev/util/resolve/version"
	"deps.dev/util/semver"

	"github.com/durward/durward/progress"
)

// MaxPackages is how many packages an action may have, those that its packages need included.
const MaxPackages = 500

// resolver answers what the resolution asks, from one registry and for one action.
type resolver struct {
	registry *registry
	declared map[string]string

	mu       sync.Mutex
	versions map[string][]resolve.Version             // by package
	matching map[resolve.VersionKey][]resolve.Version // by requirement
	seen     int
	visited  int // how often the needs of a package were asked for
}

// maxRequirement is the longest range of versions that is taken, in bytes.
const maxRequirement = 1000

// root stands for the action in the resolution.
var root = resolve.VersionKey{
	PackageKey: resolve.PackageKey{System: resolve.NPM, Name: "durward action"}, VersionType: resolve.Concrete, Version: "0.0.0",
}

// Resolve settles what an action declares, names with ranges, to exact versions: the ones that npm would install. An [*Error] says what the author can do. The packages that are looked at
// are reported as progress.
func (c *Client) Resolve(ctx context.Context, declared map[string]string) (*Lock, error) {
	for name, requirement := range declared {
		if err := checkDeclared(name, requirement); err != nil {
			return nil, err
		}
	}
	r := &resolver{registry: c.registry, declared: declared, versions: map[string][]resolve.Version{}, matching: map[resolve.VersionKey][]resolve.Version{}}
	graph, err := npm.NewResolver(r).Resolve(ctx, root)
	if err != nil {
		var own *Error
		if errors.As(err, &own) {
			return nil, own
		}
		return nil, fmt.Errorf("resolve packages: %w", err)
	}
	if err := r.graphError(graph); err != nil {
		return nil, err
	}
	return r.lock(ctx, graph)
}

// checkDeclared says what is wrong with a declared dependency.
func checkDeclared(declared, requirement string) error {
	name := declared
	if !ValidName(name) {
		return refuse(declared, "this is no name of a package")
	}
	name, requirement = unalias(name, requirement)
	if !ValidName(name) {
		return refuse(declared, "%q is no name of a package", clip(name))
	}
	if strings.ContainsAny(requirement, ":/") {
		e := refuse(declared, "%q is not a range of versions", requirement)
		e.Hint = "Packages come from the npm registry: name a range such as ^1.2.0. Addresses, files and repositories are not taken."
		return e
	}
	if _, err := semver.NPM.ParseConstraint(requirement); err != nil && !isTag(requirement) {
		return refuse(declared, "%q is not a range of versions", requirement)
	}
	return nil
}

// isTag says whether a requirement can be a tag such as latest.
func isTag(s string) bool {
	return s != "" && !strings.ContainsAny(s, " <>=~^*|") && (s[0] < '0' || s[0] > '9')
}

const aliasPrefix = "npm:"

// unalias takes "npm:name@range" apart; any other requirement is one of the package itself.
func unalias(name, requirement string) (realName, realRequirement string) {
	aliased, ok := strings.CutPrefix(requirement, aliasPrefix)
	if !ok {
		return name, requirement
	}
	if i := strings.LastIndex(aliased, "@"); i > 0 {
		return aliased[:i], aliased[i+1:]
	}
	return aliased, "*"
}

// graphError says what of a resolution cannot be had, and what brings it in.
func (r *resolver) graphError(g *resolve.Graph) error {
	for id, node := range g.Nodes {
		if len(node.Errors) == 0 {
			continue
		}
		missing := node.Errors[0].Req
		alias, _ := splitAlias(missing.Name)
		path := pathTo(g, resolve.NodeID(id))
		if len(path) == 0 {
			return refuse(alias, "%s", r.missing(missing))
		}
		if !isElsewhere(missing.Version) {
			alias += "@" + missing.Version
		}
		return refuse(path[0].name, "%s%s needs %s: %s", throughOthers(path), path[len(path)-1].key, alias, r.missing(missing))
	}
	if g.Error != "" {
		return refuse("", "%s", g.Error)
	}
	return nil
}

// missing says why nothing meets a requirement.
func (r *resolver) missing(k resolve.VersionKey) string {
	_, name := splitAlias(k.Name)
	switch {
	case !ValidName(name):
		return fmt.Sprintf("%q is no name of a package", clip(name))
	case isElsewhere(k.Version):
		return fmt.Sprintf("%q is not in a registry", clip(k.Version))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.versions[k.Name]) == 0 {
		return "the registry has no package " + name
	}
	return fmt.Sprintf("the registry has no version of %s that is %s", name, clip(k.Version))
}

// pathTo leads from what the action declares to a node; it is empty for the action itself.
func pathTo(g *resolve.Graph, to resolve.NodeID) []step {
	needs := make([][]step, len(g.Nodes))
	for _, e := range g.Edges {
		alias, name := splitAlias(g.Nodes[e.To].Version.Name)
		needs[e.From] = append(needs[e.From], step{alias, name + "@" + g.Nodes[e.To].Version.Version, int(e.To)})
	}
	return shortest(int(to), func(from int) []step { return needs[from] })
}

// Version implements resolve.Client.
func (r *resolver) Version(ctx context.Context, k resolve.VersionKey) (resolve.Version, error) {
	if k == root {
		return resolve.Version{VersionKey: root}, nil
	}
	all, err := r.Versions(ctx, k.PackageKey)
	if err != nil {
		return resolve.Version{}, err
	}
	for _, v := range all {
		if v.Version == k.Version {
			return v, nil
		}
	}
	return resolve.Version{}, resolve.ErrNotFound
}

// Versions implements resolve.Client. A package that does not exist has none.
func (r *resolver) Versions(ctx context.Context, k resolve.PackageKey) ([]resolve.Version, error) {
	r.mu.Lock()
	list, known := r.versions[k.Name]
	r.mu.Unlock()
	if known {
		return slices.Clone(list), nil
	}
	_, name := splitAlias(k.Name)
	if !ValidName(name) {
		return nil, nil
	}
	doc, err := r.registry.packument(ctx, name)
	if errors.Is(err, errNotThere) {
		doc, err = &packument{}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := r.count(ctx, name); err != nil {
		return nil, err
	}
	for number := range doc.Versions {
		if _, err := semver.NPM.Parse(number); err != nil || len(number) > maxRequirement || strings.ContainsAny(number, "/\\") {
			continue // nobody can have meant it, and it would become part of keys and paths
		}
		list = append(list, r.attributes(k, doc, number))
	}
	slices.SortFunc(list, func(a, b resolve.Version) int { return cmp.Compare(a.Version, b.Version) })
	r.mu.Lock()
	r.versions[k.Name] = list
	r.mu.Unlock()
	return slices.Clone(list), nil
}

// attributes is a version with what the choice between versions depends on.
func (r *resolver) attributes(k resolve.PackageKey, doc *packument, number string) resolve.Version {
	v := resolve.Version{VersionKey: resolve.VersionKey{PackageKey: k, VersionType: resolve.Concrete, Version: number}}
	if doc.Versions[number].Deprecated {
		v.SetAttr(version.Blocked, "")
	}
	var tags []string
	for tag, tagged := range doc.DistTags {
		if tagged == number {
			tags = append(tags, tag)
		}
	}
	if len(tags) > 0 {
		slices.Sort(tags)
		v.SetAttr(version.Tags, strings.Join(tags, ","))
	}
	return v
}

// count bounds the packages that are looked at, and tells that one is.
func (r *resolver) count(ctx context.Context, name string) error {
	r.mu.Lock()
	r.seen++
	seen := r.seen
	r.mu.Unlock()
	if seen > 2*MaxPackages {
		return errTooMany()
	}
	progress.Report(ctx, progress.Step{Stage: progress.Resolve, Package: name, Done: seen})
	return nil
}

// Requirements implements resolve.Client. Peers that are not optional are needed like any other package: nobody else would bring them. Optional packages are left out, because an
// action runs on no particular platform.
func (r *resolver) Requirements(ctx context.Context, k resolve.VersionKey) ([]resolve.RequirementVersion, error) {
	// It is asked twice for each place that a package gets in the tree. A few packages that need one another in different versions get as many places as two to the power of them.
	r.mu.Lock()
	r.visited++
	tooMany := r.visited > 2*(MaxPackages+2)
	r.mu.Unlock()
	if tooMany {
		return nil, errTooMany()
	}
	if k == root {
		return requirements(r.declared), nil
	}
	_, name := splitAlias(k.Name)
	m, err := r.manifest(ctx, name, k.Version)
	if err != nil {
		return nil, err
	}
	needed := map[string]string{}
	for name, requirement := range m.PeerDependencies {
		if m.PeerDependenciesMeta[name].Optional {
			continue
		}
		if strings.HasPrefix(r.declared[name], aliasPrefix) { // a peer is what the action has under this name
			requirement = r.declared[name]
		}
		needed[name] = requirement
	}
	maps.Copy(needed, m.Dependencies)
	for name := range m.OptionalDependencies {
		delete(needed, name)
	}
	return requirements(needed), nil
}

func errTooMany() error {
	return refuse("", "the packages need more than %d others", MaxPackages)
}

func (r *resolver) manifest(ctx context.Context, name, number string) (manifest, error) {
	doc, err := r.registry.packument(ctx, name)
	if err != nil {
		return manifest{}, err
	}
	m, ok := doc.Versions[number]
	if !ok {
		return manifest{}, resolve.ErrNotFound
	}
	return m, nil
}

// aliasMark parts an alias from the name of its package in the resolution, where such a pair is a package of its own. As npm has it, and package resolve with it, an alias of one package takes the place
// of a real package of that name for all others too, if only its version suits them: one package could put its code in the place of what another one needs.
const aliasMark = "\x00"

// splitAlias takes the name of a package in the resolution apart: what it is imported by, and what the registry calls it.
func splitAlias(mangled string) (alias, name string) {
	alias, name, aliased := strings.Cut(mangled, aliasMark)
	if !aliased {
		name = alias
	}
	return alias, name
}

func requirements(needed map[string]string) []resolve.RequirementVersion {
	list := make([]resolve.RequirementVersion, 0, len(needed))
	for name, requirement := range needed {
		real, requirement := unalias(name, requirement)
		if real != name {
			real = name + aliasMark + real
		}
		list = append(list, resolve.RequirementVersion{VersionKey: resolve.VersionKey{
			PackageKey: resolve.PackageKey{System: resolve.NPM, Name: real}, VersionType: resolve.Requirement, Version: requirement,
		}})
	}
	resolve.SortDependencies(list)
	return list
}

// isElsewhere says whether a requirement is no range or tag, but an address, a repository, a folder, or something else that no registry has.
func isElsewhere(requirement string) bool {
	return strings.ContainsAny(requirement, ":/") || len(requirement) > maxRequirement
}

// MatchingVersions implements resolve.Client.
func (r *resolver) MatchingVersions(ctx context.Context, k resolve.VersionKey) ([]resolve.Version, error) {
	if err := ctx.Err(); err != nil { // a package can need many others, and each has many versions
		return nil, err
	}
	if isElsewhere(k.Version) {
		return nil, nil
	}
	r.mu.Lock()
	found, known := r.matching[k]
	r.mu.Unlock()
	if known {
		return slices.Clone(found), nil
	}
	all, err := r.Versions(ctx, k.PackageKey)
	if err != nil {
		return nil, err
	}
	found = resolve.MatchRequirement(k, all)
	r.mu.Lock()
	r.matching[k] = slices.Clone(found)
	r.mu.Unlock()
	return found, nil
}

// lock writes down what the resolution has settled.
func (r *resolver) lock(ctx context.Context, g *resolve.Graph) (*Lock, error) {
	if len(g.Nodes) > MaxPackages+1 {
		return nil, errTooMany()
	}
	l := &Lock{Dependencies: r.declared, Root: map[string]string{}, Packages: map[string]Locked{}}
	keys := make([]string, len(g.Nodes))
	for i, node := range g.Nodes[1:] {
		_, name := splitAlias(node.Version.Name)
		number := node.Version.Version
		m, err := r.manifest(ctx, name, number)
		if err != nil {
			return nil, err
		}
		integrity, ok := sha512Of(m.Dist.Integrity)
		if !ok {
			path := pathTo(g, resolve.NodeID(i+1))
			return nil, refuse(path[0].name, "%s%s@%s has no SHA-512 in the registry, and cannot be checked", throughOthers(path), name, number)
		}
		key := name + "@" + number
		for n := 2; l.Packages[key].Name != ""; n++ {
			key = name + "@" + number + "#" + strconv.Itoa(n)
		}
		keys[i+1] = key
		l.Packages[key] = Locked{Name: name, Version: number, Integrity: integrity, Dependencies: map[string]string{}}
	}
	for _, e := range g.Edges {
		name, _ := splitAlias(g.Nodes[e.To].Version.Name)
		if e.From == 0 {
			l.Root[name] = keys[e.To]
		} else {
			l.Packages[keys[e.From]].Dependencies[name] = keys[e.To]
		}
	}
	return l, nil
}
