package npm

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// Bounds of the declarations of one lock.
const (
	MaxDeclarations    = 4000     // files
	MaxDeclarationSize = 12 << 20 // bytes of them together

	maxDeclarationDepth = 4 // packages within packages
)

// Declarations are what TypeScript has to know of the packages of a lock: their declaration files, as far as those can be reached from what an action may import, in a tree of folders in which TypeScript
// finds them by itself, and of each package.json what that needs.
type Declarations struct {
	// Files are the texts by path; all paths begin with node_modules/.
	Files map[string]string `json:"files"`
	// Packages are those that the action declares, in the order of their names, without those that are sources.
	Packages []Typed `json:"packages"`
	// Complete says that nothing was left out because of the bounds.
	Complete bool `json:"complete"`
}

// Typed is a declared package and where its types come from.
type Typed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Types   Types  `json:"types"`
}

// Types says where the types of a package come from.
type Types string

// Where types come from.
const (
	TypesOwn      Types = "own"      // the package itself
	TypesDeclared Types = "declared" // a package of @types that the action declares
	TypesNone     Types = "none"     // nowhere: everything in the package is any
)

// nodeTypes are left out: most of what they declare is not there in an action.
const nodeTypes = "@types/node"

// place is a package in the tree of folders.
type place struct {
	key    string
	folder string // node_modules/a, or node_modules/a/node_modules/b
	depth  int
}

// source is a declaration file at its place.
type source struct {
	at   *place
	file string
}

// collector gathers declarations.
type collector struct {
	tree   *Tree
	out    *Declarations
	places map[string]*place // by folder
	queue  []source
	seen   map[string]bool // paths
	size   int
}

// Declarations gathers the declarations of the tree's packages. The same packages give the same ones always.
func (t *Tree) Declarations() *Declarations {
	c := &collector{tree: t, out: &Declarations{Files: map[string]string{}, Packages: []Typed{}, Complete: true}, places: map[string]*place{}, seen: map[string]bool{}}
	names := slices.Sorted(maps.Keys(t.lock.Root))
	var roots []*place
	for _, name := range names {
		if t.packages[t.lock.Root[name]] != nil && name != nodeTypes { // else it is no package
			roots = append(roots, c.put("node_modules/"+name, t.lock.Root[name], 0))
		}
	}
	for i, root := range roots {
		if t.packages[root.key].Sources {
			c.all(root)
			c.drain()
			continue
		}
		if !c.entry(root, "") && c.onlyParts(root) {
			c.rest(root)
		}
		c.drain()
		if name := strings.TrimPrefix(roots[i].folder, "node_modules/"); !strings.HasPrefix(name, "@types/") {
			c.out.Packages = append(c.out.Packages, c.typed(name, root))
		}
	}
	for _, root := range roots {
		c.rest(root)
		c.drain()
	}
	if len(roots) > 0 {
		c.add("node_modules/"+nodeTypes+"/package.json", `{"name":"`+nodeTypes+`","version":"0.0.0","types":"index.d.ts"}`)
		c.add("node_modules/"+nodeTypes+"/index.d.ts", "// What actions have of Node.js is declared beside the module durward.\n")
	}
	return c.out
}

func (c *collector) put(folder, key string, depth int) *place {
	p := &place{key: key, folder: folder, depth: depth}
	c.places[folder] = p
	return p
}

// typed says where the types of a declared package come from. One without types gets a declaration by which everything in it is any.
func (c *collector) typed(name string, root *place) Typed {
	locked := c.tree.lock.Packages[root.key]
	t := Typed{Name: name, Version: locked.Version, Types: TypesOwn}
	if c.seen[root.folder+"/package.json"] {
		return t
	}
	if _, ok := c.tree.lock.Root[definitelyTyped(name)]; ok {
		t.Types = TypesDeclared
		return t
	}
	t.Types = TypesNone
	about, err := json.Marshal(map[string]any{
		"name": locked.Name, "version": locked.Version, "types": "index.d.ts", "typesVersions": map[string]any{"*": map[string]any{"*": []string{"index.d.ts"}}},
	})
	if err != nil {
		panic(err) // strings always encode
	}
	c.add(root.folder+"/package.json", string(about))
	c.add(root.folder+"/index.d.ts", "declare const anything: any;\nexport = anything;\n")
	return t
}

// onlyParts says whether a package cannot be imported by its name alone, but has exports below it.
func (c *collector) onlyParts(root *place) bool {
	exports, _ := c.tree.about(root.key).Exports.(object)
	_, whole := exports.get(".")
	return !whole && slices.ContainsFunc(exports, func(m member) bool { return strings.HasPrefix(m.name, "./") })
}

// definitelyTyped is the package of @types for a package.
func definitelyTyped(name string) string {
	if scoped, ok := strings.CutPrefix(name, "@"); ok {
		name = strings.Replace(scoped, "/", "__", 1)
	}
	return "@types/" + name
}

// rest adds what else of a package can be imported: its other exports; or, if it lets everything be imported or exports by patterns, all its declarations.
func (c *collector) rest(root *place) {
	if c.seen[root.folder+"/index.d.ts"] && !c.isFile(root, "index.d.ts") {
		return // it has no types
	}
	exports, _ := c.tree.about(root.key).Exports.(object)
	all := len(exports) == 0
	for _, m := range exports {
		switch {
		case strings.Contains(m.name, "*"):
			all = true
		case strings.HasPrefix(m.name, "./") && path.Ext(m.name) != ".json":
			c.entry(root, strings.TrimPrefix(m.name, "./"))
		}
	}
	if all {
		c.all(root)
	}
}

// all adds all that a package declares.
func (c *collector) all(root *place) {
	p := c.tree.packages[root.key]
	for _, file := range slices.Sorted(maps.Keys(p.Files)) {
		if (isDeclaration(file) || p.Sources && isSource(file)) && !strings.Contains(file, "node_modules/") {
			c.want(root, file)
		}
	}
}

// isSource says whether TypeScript takes types from a file that is none of declarations.
func isSource(file string) bool {
	return slices.Contains([]string{".ts", ".mts", ".cts", ".json"}, path.Ext(file)) && path.Base(file) != "package.json"
}

func isDeclaration(file string) bool {
	return strings.HasSuffix(file, ".d.ts") || strings.HasSuffix(file, ".d.mts") || strings.HasSuffix(file, ".d.cts")
}

// entry wants what a package declares of itself, or of one of its subpaths. It says whether there is something.
func (c *collector) entry(at *place, subpath string) bool {
	file := c.entryFile(at, subpath)
	if file != "" {
		c.want(at, file)
	}
	return file != ""
}

// entryFile finds the declaration file of a subpath, "" if there is none. What an import gets comes before what a call of require gets: packages that serve both have everything twice.
func (c *collector) entryFile(at *place, subpath string) string {
	a := c.tree.about(at.key)
	if a.Exports != nil {
		name := "."
		if subpath != "" {
			name = "./" + subpath
		}
		return c.conditional(at, a.Exports, name)
	}
	names := []string{subpath}
	if subpath == "" {
		names = []string{a.Types, a.Typings, a.Main, "index"}
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		if file := c.declarationOf(at, path.Clean(name)); file != "" {
			return file
		}
	}
	return ""
}

// conditional finds the declaration file that exports or imports of a package.json lead to.
func (c *collector) conditional(at *place, table any, name string) string {
	for _, held := range []conditions{{"types", "import"}, {"types", "require"}} {
		if target := held.target(table, name); strings.HasPrefix(target, "./") {
			if file := c.declarationOf(at, path.Clean(target)); file != "" {
				return file
			}
		}
	}
	return ""
}

// declarationEndings are what stands in the place of a script's ending.
var declarationEndings = map[string]string{".js": ".d.ts", ".jsx": ".d.ts", ".mjs": ".d.mts", ".cjs": ".d.cts", ".ts": ".d.ts", ".mts": ".d.mts", ".cts": ".d.cts"}

// declarationOf finds the declarations for a path within a package, as TypeScript does; "" if there are none.
func (c *collector) declarationOf(at *place, name string) string {
	if strings.HasPrefix(name, "..") {
		return ""
	}
	candidates := []string{name + ".d.ts", name + ".d.mts", name + ".d.cts", path.Join(name, "index.d.ts"), path.Join(name, "index.d.mts"), path.Join(name, "index.d.cts")}
	if isDeclaration(name) {
		candidates = append([]string{name}, candidates...)
	}
	if ending := path.Ext(name); declarationEndings[ending] != "" {
		candidates = append([]string{strings.TrimSuffix(name, ending) + declarationEndings[ending]}, candidates...)
	}
	for _, candidate := range candidates {
		if c.isFile(at, candidate) {
			return candidate
		}
	}
	if text, ok := c.tree.packages[at.key].Files[path.Join(name, "package.json")]; ok && name != "." {
		inner := readAbout(text)
		for _, types := range []string{inner.Types, inner.Typings} {
			if file := path.Join(name, types); types != "" && c.isFile(at, file) {
				c.add(at.folder+"/"+path.Join(name, "package.json"), trimmedAbout(text))
				return file
			}
		}
	}
	return ""
}

func (c *collector) isFile(at *place, file string) bool {
	_, ok := c.tree.packages[at.key].Files[file]
	return ok
}

// want adds a declaration file, and has what it refers to added later.
func (c *collector) want(at *place, file string) {
	name := at.folder + "/" + file
	if c.seen[name] {
		return
	}
	text := strings.ToValidUTF8(string(c.tree.packages[at.key].Files[file]), "\ufffd")
	if !c.add(at.folder+"/package.json", trimmedAbout(c.tree.packages[at.key].Files["package.json"])) || !c.add(name, text) {
		return
	}
	c.queue = append(c.queue, source{at, file})
}

// add adds a file if the bounds allow it, and says whether it is there.
func (c *collector) add(name, text string) bool {
	if c.seen[name] {
		return true
	}
	if len(c.out.Files) >= MaxDeclarations || c.size+len(text) > MaxDeclarationSize {
		c.out.Complete = false
		return false
	}
	c.seen[name] = true
	c.size += len(text)
	c.out.Files[name] = text
	return true
}

// drain follows what the wanted files refer to, until there is nothing new.
func (c *collector) drain() {
	for len(c.queue) > 0 {
		s := c.queue[0]
		c.queue = c.queue[1:]
		for _, ref := range references(c.out.Files[s.at.folder+"/"+s.file]) {
			c.follow(s, ref)
		}
	}
}

func (c *collector) follow(s source, ref reference) {
	switch {
	case ref.path || isRelative(ref.name):
		if file := c.declarationOf(s.at, path.Join(path.Dir(s.file), ref.name)); file != "" {
			c.want(s.at, file)
		}
	case strings.HasPrefix(ref.name, "#"):
		if file := c.conditional(s.at, c.tree.about(s.at.key).Imports, ref.name); file != "" {
			c.want(s.at, file)
		}
	default:
		name, subpath := Split(strings.TrimPrefix(ref.name, "node:"))
		if at := c.dependency(s.at, name); at != nil && c.entry(at, subpath) {
			return
		}
		if at := c.dependency(s.at, definitelyTyped(name)); at != nil {
			c.entry(at, subpath)
		}
	}
}

// dependency is the place of the package that a name means at another place. A package that has none yet gets one, as far up as nothing else is in the way.
func (c *collector) dependency(from *place, name string) *place {
	key, ok := c.tree.dependency(Import{From: File{Key: from.key}}, name)
	if !ok || name == nodeTypes {
		return nil
	}
	for folder := from.folder; ; folder = path.Dir(folder) {
		if path.Base(folder) == "node_modules" {
			continue
		}
		at := path.Join(folder, "node_modules", name)
		if folder == "." {
			at = "node_modules/" + name
		}
		switch p := c.places[at]; {
		case p != nil && p.key == key:
			return p
		case p != nil: // another one of this name is nearer
			if from.depth == maxDeclarationDepth {
				c.out.Complete = false
				return nil
			}
			return c.put(from.folder+"/node_modules/"+name, key, from.depth+1)
		case folder == ".":
			return c.put(at, key, 0)
		}
	}
}
