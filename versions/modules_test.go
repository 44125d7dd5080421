package versions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
)

// sharer is a tenant that shares modules: a catalog and a publisher over one store.
type sharer struct {
	t         *testing.T
	store     *store
	catalog   *catalog.Catalog
	publisher *versions.Publisher
}

func newSharer(t *testing.T, client *npm.Client) *sharer {
	t.Helper()
	s := newStore(t)
	packages := versions.NewPackages(client, s)
	c := catalog.New(t.Context(), s, schemasHere, catalog.Options{Now: clock, Packages: packages})
	for _, tenant := range []catalog.TenantID{"acme", "other"} {
		_, err := c.CreateTenant(t.Context(), alice, tenant, "")
		require.NoError(t, err)
	}
	return &sharer{t, s, c, &versions.Publisher{Store: s, Catalog: c, Builder: buildHere{}, Packages: packages, Schemas: schemasHere, Now: clock}}
}

func withoutRegistry(t *testing.T) *sharer { return newSharer(t, npm.New(npm.Options{})) }

// save puts a text into the draft of a module, or of an action if its slug begins with "on-"; it is created if it is not there. needs are "crm@^1", or "npm:axios@^1".
func (s *sharer) save(slug catalog.ActionSlug, text string, needs ...string) error {
	s.t.Helper()
	declared := map[string]string{}
	for _, need := range needs {
		name, requirement, _ := strings.Cut(need, "@")
		if packaged, ok := strings.CutPrefix(name, "npm:"); ok {
			declared[packaged] = requirement
		} else {
			declared["durward:"+name] = requirement
		}
	}
	if _, err := s.catalog.Action(s.t.Context(), "acme", slug); err != nil {
		n := catalog.NewAction{Slug: slug, Kind: catalog.ActionModule}
		if strings.HasPrefix(string(slug), "on-") {
			n.Kind, n.Draft.Triggers = catalog.ActionCustom, []contract.TriggerID{"login.after"}
		}
		_, _, err = s.catalog.CreateAction(s.t.Context(), alice, "acme", n)
		require.NoError(s.t, err)
	}
	_, err := s.catalog.SaveDraft(s.t.Context(), alice, "acme", slug, catalog.DraftChange{Files: map[string]string{"index.ts": text}, Dependencies: declared})
	return err
}

func (s *sharer) publish(slug catalog.ActionSlug, number string) versions.Version {
	s.t.Helper()
	v, warnings, err := s.publisher.Publish(s.t.Context(), alice, "acme", slug, versions.Publication{Number: number})
	require.NoError(s.t, err)
	require.Empty(s.t, warnings)
	return v
}

// share saves and publishes.
func (s *sharer) share(slug catalog.ActionSlug, number, text string, needs ...string) versions.Version {
	s.t.Helper()
	require.NoError(s.t, s.save(slug, text, needs...))
	return s.publish(slug, number)
}

func (s *sharer) dependents(module catalog.ActionSlug) []string {
	s.t.Helper()
	list, err := s.publisher.Dependents(s.t.Context(), "acme", module, catalog.Page{})
	require.NoError(s.t, err)
	var texts []string
	for _, d := range list.Items {
		texts = append(texts, fmt.Sprintf("%s in %s@%s", d.Pin, d.Action, d.Number))
	}
	return texts
}

// TestVersionsKeepTheirModules publishes an action over a module over a module, and then newer ones of both.
func TestVersionsKeepTheirModules(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("text", "1.0.0", `export const join = (a: string, b: string) => a + b;`)
	module := s.share("crm", "1.2.0", `import { join } from "durward:text"; export const find = (n: string) => join("first ", n);`, "text@^1")
	require.True(t, module.IsModule())
	require.Equal(t, []string{"durward:text@1.0.0/index.ts", "index.ts"}, paths(module))
	const action = `import { find } from "durward:crm"; export const execute = () => ({ kind: "continue", state: { s: find("x") } });`
	v := s.share("on-login", "1.0.0", action, "crm@^1")
	require.Equal(t, []string{"durward:crm@1.2.0/index.ts", "durward:text@1.0.0/index.ts", "index.ts"}, paths(v))
	require.Equal(t, []versions.ModulePin{{Module: "crm", Number: "1.2.0"}, {Module: "text", Number: "1.0.0"}}, v.Modules)
	stored, err := s.store.Version(t.Context(), "acme", "on-login", "1.0.0")
	require.NoError(t, err)
	require.Equal(t, v, stored)

	s.share("text", "1.1.0", `export const join = (a: string, b: string) => b + a;`)
	s.share("crm", "1.3.0", `export const find = (n: string) => "second " + n;`)
	s.share("crm", "2.0.0-rc.1", `export const find = (n: string) => "not released " + n;`)
	again := s.publish("on-login", "1.0.0")
	require.Equal(t, v, again, "the draft has its lock still")
	same, err := s.publisher.Verify(t.Context(), "acme", "on-login", "1.0.0")
	require.NoError(t, err)
	require.Empty(t, same.Differences)
	moduleToo, err := s.publisher.Verify(t.Context(), "acme", "crm", "1.2.0")
	require.NoError(t, err)
	require.Empty(t, moduleToo.Differences)

	_, err = s.catalog.SaveDraft(t.Context(), alice, "acme", "on-login", catalog.DraftChange{Update: true})
	require.NoError(t, err)
	newer := s.publish("on-login", "1.1.0")
	require.Equal(t, []versions.ModulePin{{Module: "crm", Number: "1.3.0"}}, newer.Modules)
	require.Contains(t, string(newer.Bundle), "second ")
	require.Equal(t, []string{"crm@1.2.0 in on-login@1.0.0", "crm@1.3.0 in on-login@1.1.0"}, s.dependents("crm"))
	require.Equal(t, []string{"text@1.0.0 in crm@1.2.0", "text@1.0.0 in on-login@1.0.0"}, s.dependents("text"))
	require.Empty(t, s.dependents("on-login"))
	events, _, err := s.store.Events(t.Context(), "acme", audit.Filter{Type: audit.ActionPublished, Action: "on-login"})
	require.NoError(t, err)
	require.Contains(t, string(events[0].After), `"modules":[{"module":"crm","version":"1.3.0"}]`)
}

func paths(v versions.Version) []string {
	var list []string
	for path := range v.Files {
		list = append(list, path)
	}
	slices.Sort(list)
	return list
}

// TestVerifyReadsNoModules takes a version to a store that has nothing of the modules in it.
func TestVerifyReadsNoModules(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("crm", "1.0.0", `export const n = 7;`)
	v := s.share("on-login", "1.0.0", `import { n } from "durward:crm"; export const execute = () => n;`, "crm@latest")

	elsewhere := withoutRegistry(t)
	require.NoError(t, elsewhere.save("on-login", "export const execute = 1;"))
	require.NoError(t, elsewhere.store.PutVersion(t.Context(), v))
	same, err := elsewhere.publisher.Verify(t.Context(), "acme", "on-login", "1.0.0")
	require.NoError(t, err)
	require.Empty(t, same.Differences)
}

func TestModulesThatCannotBeSettled(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("crm", "1.0.0", `export const n = 1;`)
	s.share("mail", "1.0.0", `export { n } from "durward:crm";`, "crm@^1")
	s.share("deep", "1.0.0", `export { n } from "durward:mail";`, "mail@^1")
	s.share("on-login", "1.0.0", `export const execute = 1;`)
	require.NoError(t, s.save("draft", `export const n = 1;`))
	for name, test := range map[string]struct {
		slug catalog.ActionSlug
		need string
		want string
	}{
		"one that is not there":         {"on-login", "none@^1", `/durward:none: there is no shared module "none"`},
		"a name that cannot be one":     {"on-login", "a/b@^1", `/durward:a~1b: there is no shared module "a/b"`},
		"one that is not published":     {"on-login", "draft@^1", "/durward:draft: draft has no published version"},
		"a version that is not there":   {"on-login", "crm@^2", `/durward:crm: no version of crm is in the range "^2"; the newest is 1.0.0`},
		"no range":                      {"on-login", "crm@file:x", `/durward:crm: "file:x" is not a range of versions`},
		"an action":                     {"crm", "on-login@*", "/durward:on-login: on-login is an action; only shared modules can be imported"},
		"itself":                        {"crm", "crm@*", "/durward:crm: crm would import itself: crm → crm@1.0.0"},
		"one that needs it":             {"crm", "mail@*", "/durward:mail: crm would import itself: crm → mail@1.0.0 → crm@1.0.0"},
		"one that needs one that needs": {"crm", "deep@*", "/durward:deep: crm would import itself: crm → deep@1.0.0 → mail@1.0.0 → crm@1.0.0"},
	} {
		err := s.save(test.slug, `export const execute = 1;`, test.need)
		require.Equal(t, []string{"/dependencies" + test.want}, at(t, err), name)
	}
	_, err := s.catalog.SaveDraft(t.Context(), alice, "acme", "on-login", catalog.DraftChange{Dependencies: map[string]string{"actions:crm": "*"}})
	require.Equal(t, []string{"/dependencies/actions:crm: declare the shared module as durward:crm; it can be imported by both names"}, at(t, err))
	_, _, err = s.catalog.CreateAction(t.Context(), alice, "other", catalog.NewAction{Slug: "a", Draft: catalog.Draft{Dependencies: map[string]string{"durward:crm": "*"}}})
	require.Equal(t, []string{`/dependencies/durward:crm: there is no shared module "crm"`}, at(t, err), "another tenant's")
}

func TestTooManyModules(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.publisher.Builder = aBundle
	var needs []string
	for n := range versions.MaxModules + 1 {
		slug := fmt.Sprintf("m%02d", n)
		s.share(catalog.ActionSlug(slug), "1.0.0", "export const n = 1;")
		needs = append(needs, slug+"@1.0.0")
	}
	require.NoError(t, s.save("on-login", "", needs[1:]...))
	err := s.save("on-login", "", needs...)
	require.Equal(t, []string{"/dependencies/durward:m50: with what it needs there are more than 50 shared modules"}, at(t, err))
}

// TestModulesWithPackages has an action and a module disagree about a package, and agree about another.
func TestModulesWithPackages(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("times", "1.3.0", nil, map[string]string{"index.js": `module.exports = function (a, b) { return b * a };`})
	r.Add("times", "1.4.0", nil, map[string]string{"index.js": `module.exports = function (a, b) { return a * b };`})
	r.Add("twice", "1.0.0", map[string]any{"dependencies": map[string]string{"times": "^1"}}, map[string]string{"index.js": `var times = require("times"); module.exports = function (n) { return times(n, 2) };`})
	settings, err := npm.ParseSettings("registry="+r.URL(), nil)
	require.NoError(t, err)
	s := newSharer(t, npm.New(npm.Options{Settings: settings, Cache: t.TempDir(), HTTP: r.Client()}))
	s.share("math", "1.0.0", `import twice from "twice"; export const four = (n: number) => twice(twice(n));`, "npm:twice@^1")
	v := s.share("on-login", "1.0.0", `import times from "times"; import { four } from "durward:math"; export const execute = () => four(times(1, 2));`, "npm:times@1.3.0", "math@1")
	var lock struct {
		Root     map[string]string
		Packages map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(v.Lock, &lock))
	require.Equal(t, map[string]string{"times": "times@1.3.0", "durward:math": "durward:math@1.0.0"}, lock.Root)
	require.Len(t, lock.Packages, 3)
	same, err := s.publisher.Verify(t.Context(), "acme", "on-login", "1.0.0")
	require.NoError(t, err)
	require.Empty(t, same.Differences)
	_, err = s.publisher.ModuleFiles(t.Context(), "other", v.Lock)
	require.Equal(t, []string{"/dependencies/durward:math: the shared module math@1.0.0 is not there any more: settle the dependencies anew"}, at(t, err))
}

// TestModulesAreOnlyImported tries to run one, and to attach one.
func TestModulesAreOnlyImported(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("crm", "1.0.0", `export const n = 1;`)
	_, err := s.publisher.Try(t.Context(), "acme", "crm", versions.Trial{Trigger: "login.after"})
	require.Equal(t, []string{"a shared module does not run by itself: run an action that imports it"}, at(t, err))
	flows := &versions.Flows{Store: s.store, Schemas: schemasHere, Now: clock}
	_, _, _, err = flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "login", Kind: "login", Slots: slots{"after": {Default: attach("crm")}}})
	require.Equal(t, []string{"/slots/after/default/0/action: crm is a shared module: actions import it, and only they can be attached"}, at(t, err))
}

// TestReachOfModules leaves what a module may reach to the action that imports it, and shows the place in the module.
func TestReachOfModules(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("crm", "1.0.0", "\nexport const find = () => fetch(\"https://crm.example/x\");")
	require.NoError(t, s.save("on-login", `import { find } from "durward:crm"; export const execute = () => find();`, "crm@*"))
	_, warnings, err := s.publisher.Publish(t.Context(), alice, "acme", "on-login", versions.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	require.Equal(t, "durward:crm@1.0.0/index.ts:2:27: warning: Requests are sent, but no host is declared: all of them are refused", warnings[0].String())
	require.Contains(t, warnings[0].LineText, "export const find")
}

func TestRecallOfAModule(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("text", "1.0.0", `export const greeting = "hello";`)
	s.share("crm", "1.0.0", `import { greeting } from "durward:text"; export const plan = greeting;`, "text@^1")
	s.share("on-login", "1.0.0", `import { plan } from "durward:crm"; export function execute() { return { kind: "continue", state: { plan } }; }`, "crm@^1")
	flows := &versions.Flows{Store: s.store, Schemas: schemasHere, Now: clock}
	pinned := slots{"after": {Default: []versions.Attachment{{Action: "on-login", Version: "1.0.0"}}}}
	_, _, _, err := flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "login", Kind: "login", Slots: pinned})
	require.NoError(t, err)
	text := versions.VersionRef{Action: "text", Number: "1.0.0"}
	names := func(list []versions.Dependent) (names []string) {
		for _, d := range list {
			names = append(names, string(d.Action)+"@"+d.Number)
		}
		return names
	}
	recalled := func(slug catalog.ActionSlug) bool {
		v, err := s.store.Version(t.Context(), "acme", slug, "1.0.0")
		require.NoError(t, err)
		return v.Recall != nil
	}

	_, err = flows.RecallVersion(t.Context(), alice, "acme", text, "leaks", true)
	require.EqualError(t, err, "revision 1, which is live in flow login, has on-login@1.0.0")
	require.False(t, recalled("text"), "all or none")

	out, err := flows.RecallVersion(t.Context(), alice, "acme", text, "leaks", false)
	require.NoError(t, err)
	require.Equal(t, []string{"crm@1.0.0", "on-login@1.0.0"}, names(out.Dependents))
	require.Equal(t, []bool{true, false, false}, []bool{recalled("text"), recalled("crm"), recalled("on-login")})
	_, _, err = s.publisher.Publish(t.Context(), alice, "acme", "on-login", versions.Publication{Number: "1.0.1"})
	require.Equal(t, []string{"/dependencies: the shared module text@1.0.0 was recalled: settle the dependencies anew"}, at(t, err))
	require.Equal(t, []string{"/dependencies/durward:text: text@1.0.0 was recalled, and no other version is in the range \"^1\""}, at(t, s.save("note", "export {}", "text@^1")))

	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: slots{}})
	require.NoError(t, err)
	out, err = flows.RecallVersion(t.Context(), alice, "acme", text, "leaks everywhere", true)
	require.NoError(t, err)
	require.Equal(t, "leaks", out.Version.Recall.Reason, "the first recall counts")
	require.True(t, recalled("crm") && recalled("on-login"))
	events, _, err := s.store.Events(t.Context(), "acme", audit.Filter{Type: audit.VersionRecall})
	require.NoError(t, err)
	require.Len(t, events, 3)
	for _, e := range events[:2] { // the newest first
		require.JSONEq(t, `{"reason":"leaks everywhere","because_of":"text@1.0.0"}`, string(e.After))
	}
}
