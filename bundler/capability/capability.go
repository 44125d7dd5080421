// Package capability reads out of a bundled script what it can do: the host APIs that it touches, the kinds of outcome that it can answer, and whether it makes code
// from strings.
//
// It reads the syntax tree and runs nothing. What cannot be told from the tree is [Any], and never left out: a computed name, or an outcome that comes out of data.
// [Of] is linear in the length of the script but for its parser, which recurses; whoever calls it does so where a hostile script may end the process.
package capability

import (
	"maps"
	"slices"
)

// Any stands for whatever there is, where the script does not tell.
const Any = "*"

// The host APIs. Globals that only compute, such as URL and TextEncoder, are none: they reach nothing.
const (
	Fetch        = "fetch" // requests over the network
	Cache        = "durward.cache"
	Counter      = "durward.counter"
	Log          = "durward.log"
	Console      = "console"
	Timers       = "timers"        // setTimeout, setInterval, setImmediate
	CryptoSubtle = "crypto.subtle" // keys, signatures, encryption, digests
	CryptoRandom = "crypto.random" // getRandomValues, randomUUID
	NodeCrypto   = "node:crypto"   // the module of Node.js, for packages
)

// APIs are all host APIs, sorted.
func APIs() []string {
	all := []string{Fetch, Cache, Counter, Log, Console, Timers, CryptoSubtle, CryptoRandom, NodeCrypto}
	slices.Sort(all)
	return all
}

// Kinds are the kinds of outcome that the contract has, sorted.
func Kinds() []string { return []string{"block", "continue", "demand_mfa", "redirect"} }

// Own is who touches something in the action's own files; packages are by their keys, such as axios@1.7.2, and modules of Node.js as node:crypto.
const Own = "action"

// Code is what a script can do.
type Code struct {
	// APIs are the host APIs that it touches, sorted; one with the name Any says that there may be others.
	APIs []Use `json:"apis,omitempty"`
	// Outcomes are the kinds that execute can answer, sorted; Any alone if that cannot be told.
	Outcomes []string `json:"outcomes"`
	// DynamicCode names who has code made from strings, sorted. The sandbox refuses to.
	DynamicCode []string `json:"dynamic_code,omitempty"`
}

// Use is an API and who touches it, sorted; at most MaxUsers are named.
type Use struct {
	API string   `json:"api"`
	By  []string `json:"by"`
}

// Mention is a name that stands in the action's own files, and the first place where it does; lines and columns count from 1.
type Mention struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Found is what there is to know of a script.
type Found struct {
	Code Code `json:"code"`
	// Secrets are the names that are read of something called secrets.
	Secrets []Mention `json:"secrets,omitempty"`
	// Hosts are those of the URLs that stand in the action's own files as text, with their ports.
	Hosts []Mention `json:"hosts,omitempty"`
	// Fetch is where the action's own files first touch fetch; nil if they do not.
	Fetch *Mention `json:"fetch,omitempty"`
}

// Bounds of what is named.
const (
	MaxMentions = 50 // secrets, and hosts
	MaxUsers    = 200
)

// unknown is what is known of a script that cannot be read.
func unknown() Found {
	return Found{Code: Code{APIs: []Use{{Any, []string{Own}}}, Outcomes: []string{Any}, DynamicCode: []string{Own}}}
}

func (r *reader) found(outcomes kinds) Found {
	code := Code{Outcomes: outcomes.list(), DynamicCode: users(r.dynamic)}
	for _, api := range sortedKeys(r.uses) {
		code.APIs = append(code.APIs, Use{api, users(r.uses[api])})
	}
	return Found{Code: code, Secrets: r.secrets.list, Hosts: r.hosts.list, Fetch: r.fetch}
}

func users(set map[string]bool) []string {
	list := sortedKeys(set)
	return list[:min(len(list), MaxUsers)]
}

func sortedKeys[V any](set map[string]V) []string { return slices.Sorted(maps.Keys(set)) }
