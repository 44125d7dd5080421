package npm

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// step is one on the way from an action to a package: what the one before it imports the package by, its key, and its node in a graph.
type step struct {
	name, key string
	node      int
}

// shortest leads from node 0 to another one over as few steps as can be; it is empty if nothing leads there.
func shortest(to int, needs func(from int) []step) []step {
	type arrival struct {
		step
		from int
	}
	came := map[int]arrival{0: {}}
	for next := []int{0}; len(next) > 0; next = next[1:] {
		for _, s := range needs(next[0]) {
			if _, seen := came[s.node]; !seen {
				came[s.node] = arrival{s, next[0]}
				next = append(next, s.node)
			}
		}
	}
	var path []step
	for at := to; at != 0; {
		a, ok := came[at]
		if !ok {
			return nil
		}
		path = append(path, a.step)
		at = a.from
	}
	slices.Reverse(path)
	return path
}

// throughOthers begins a sentence about the last package of a path if the action does not declare that itself: "in a@1.0.0 → b@2.0.0: ".
func throughOthers(path []step) string {
	if len(path) < 2 {
		return ""
	}
	keys := make([]string, len(path)-1)
	for i := range keys {
		keys[i] = path[i].key
	}
	return "by way of " + strings.Join(keys, " → ") + ": "
}

// blame says of what is wrong with a package of the lock which declared dependency brings it in.
func (l *Lock) blame(err error, key string) error {
	own, ok := errors.AsType[*Error](err)
	if !ok || own.Dependency != l.Packages[key].Name {
		return err
	}
	path := l.path(key)
	if len(path) == 0 {
		return err
	}
	detail := own.Detail
	if len(path) > 1 {
		detail = throughOthers(path) + key + ": " + detail
	}
	return &Error{Dependency: path[0].name, Detail: detail, Hint: own.Hint}
}

// path leads from what the action declares to a package.
func (l *Lock) path(to string) []step {
	keys := append([]string{""}, l.Keys()...)
	nodes := make(map[string]int, len(keys))
	for i, key := range keys {
		nodes[key] = i
	}
	return shortest(nodes[to], func(from int) []step {
		needs := l.Root
		if from > 0 {
			needs = l.Packages[keys[from]].Dependencies
		}
		var list []step
		for _, name := range slices.Sorted(maps.Keys(needs)) {
			list = append(list, step{name, needs[name], nodes[needs[name]]})
		}
		return list
	})
}
