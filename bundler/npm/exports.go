package npm

import (
	"slices"
	"strings"
)

// conditions are what an import brings about: those of its environment and whether it is an import or a require. "default" always holds.
type conditions []string

func (c conditions) hold(name string) bool { return name == "default" || slices.Contains(c, name) }

// target resolves a subpath, "." or "./…", in a package's exports, or a name that begins with # in its imports, as Node.js does (Modules: Packages, "resolution algorithm"). It returns a path within
// the package beginning with "./", the name of another package where imports lead to one, or "" if there is nothing.
func (c conditions) target(table any, subpath string) string {
	o, ok := table.(object)
	if subpath == "." && (!ok || !hasSubpaths(o)) {
		found, _ := c.resolve(table, "")
		return found
	}
	if !ok {
		return ""
	}
	if value, ok := o.get(subpath); ok && !strings.Contains(subpath, "*") {
		found, _ := c.resolve(value, "")
		return found
	}
	var best, match string
	var value any
	for _, m := range o {
		before, after, ok := strings.Cut(m.name, "*")
		if !ok || strings.Contains(after, "*") || len(subpath) < len(m.name) || !strings.HasPrefix(subpath, before) || !strings.HasSuffix(subpath, after) {
			continue
		}
		if better(m.name, best) {
			best, match, value = m.name, subpath[len(before):len(subpath)-len(after)], m.value
		}
	}
	if best == "" {
		return ""
	}
	found, _ := c.resolve(value, match)
	return found
}

// better says whether a pattern is more specific than another: its part before the asterisk is longer, or else all of it.
func better(pattern, than string) bool {
	if than == "" {
		return true
	}
	a, b := strings.IndexByte(pattern, '*'), strings.IndexByte(than, '*')
	return a > b || a == b && len(pattern) > len(than)
}

// hasSubpaths says whether an object of exports is a table of subpaths, and not of conditions.
func hasSubpaths(o object) bool { return len(o) > 0 && strings.HasPrefix(o[0].name, ".") }

// resolve follows conditions and alternatives to a target. It returns false if none holds, and an empty target with true where the package says that there is none.
func (c conditions) resolve(value any, match string) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.ReplaceAll(v, "*", match), true
	case object:
		for _, m := range v {
			if c.hold(m.name) {
				if found, ok := c.resolve(m.value, match); ok {
					return found, true
				}
			}
		}
	case []any:
		for _, alternative := range v {
			if found, ok := c.resolve(alternative, match); ok && found != "" {
				return found, true
			}
		}
	}
	return "", false
}
