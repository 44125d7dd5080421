package versions_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

// manyPackages are packages in all forms, two of them in two versions, and two that need each other.
var manyPackages = [][]struct {
	name, version string
	needs         map[string]string
	files         map[string]string
}{
	{{"old", "1.0.0", map[string]string{"common": "^1"}, map[string]string{"index.js": `exports.old = () => "old " + require("common");`}}},
	{{"new", "1.0.0", map[string]string{"common": "^2", "circle": "*"}, map[string]string{"index.mjs": `import c from "common"; import { q } from "circle"; export const fresh = () => "new " + c + q();`, "package.json": `{"name":"new","version":"1.0.0","exports":{"import":"./index.mjs"},"dependencies":{"common":"^2","circle":"*"}}`}}},
	{
		{"common", "1.5.0", nil, map[string]string{"index.js": `module.exports = "one";`}},
		{"common", "2.0.0", nil, map[string]string{"index.js": `module.exports = "two";`}},
	},
	{{"circle", "1.0.0", map[string]string{"round": "*"}, map[string]string{"index.js": `exports.q = () => require("round").r; exports.s = "s";`}}},
	{{"round", "1.0.0", map[string]string{"circle": "*"}, map[string]string{"index.js": `var c = require("circle"); exports.r = "r"; exports.t = function () { return c.s + require("util").inspect({ a: 1 }) };`}}},
}

// manyFiles are sources whose files import one another in all ways.
func manyFiles() map[string]string {
	all := map[string]string{
		"action.ts": `import { old } from "old"; import { fresh } from "new"; import { value0 } from "./lib/m0"; import { Buffer } from "node:buffer"; const data = require("./data.json");
export async function execute() { return { kind: "continue", state: { a: old(), b: fresh(), c: value0, d: data, e: Buffer.from("x").toString("hex") } }; }`,
		"data.json": `{"z": 1, "a": [2, {"m": 3}]}`,
	}
	for i := range 30 {
		all[fmt.Sprintf("lib/m%d.ts", i)] = fmt.Sprintf(`import * as next from "./m%d"; export const value%d: any = () => [%d, next, /\d/u.test("1"), class { #x = %d; get x() { return this.#x } }];`, (i+1)%30, i, i, i)
	}
	return all
}

// TestTheSameSourcesMakeTheSameVersionEverywhere settles and publishes on many servers that have nothing in common: a registry of its own for each, filled in another order, at another address,
// another working directory and temporary folder, another number of processors, a cache that is cold, warm or poisoned.
func TestTheSameSourcesMakeTheSameVersionEverywhere(t *testing.T) { // not in parallel: it changes the process
	declared := map[string]string{"old": "*", "new": "^1.0.0"}
	warm := t.TempDir()
	processors := goruntime.GOMAXPROCS(0)
	t.Cleanup(func() { goruntime.GOMAXPROCS(processors) })
	var first versions.Version
	for seed := range uint64(9) {
		random := rand.New(rand.NewPCG(seed, 1))
		goruntime.GOMAXPROCS(1 + int(seed)%4)
		t.Chdir(t.TempDir())
		for name, text := range map[string]string{"tsconfig.json": `{"compilerOptions":{"target":"es5"}}`, "package.json": `{"browser":{"./action.ts":"./x.js"}}`, ".npmrc": "registry=http://127.0.0.1:1/"} {
			require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		}
		r := npmtest.New(t)
		for _, i := range random.Perm(len(manyPackages)) {
			for _, p := range manyPackages[i] {
				r.Add(p.name, p.version, map[string]any{"dependencies": p.needs}, p.files)
			}
		}
		cache := warm
		if seed%3 == 0 {
			cache = t.TempDir()
		}
		if seed%3 == 1 {
			poisonOne(t, warm, random)
		}
		packages := packagesFrom(t, r, cache)
		lock, err := packages.Settle(t.Context(), "acme", "a", declared)
		require.NoError(t, err)

		d := aDraft()
		d.Dependencies, d.Lock, d.Files = declared, lock, map[string]string{}
		files := manyFiles()
		names := make([]string, 0, len(files))
		for name := range files {
			names = append(names, name)
		}
		for _, i := range random.Perm(len(names)) {
			d.Files[names[i]] = files[names[i]]
		}
		s := newStore(t)
		tenant := catalog.TenantID(fmt.Sprintf("tenant-%d", seed))
		newTenant(t, s, tenant)
		p := &versions.Publisher{Store: s, Catalog: drafts{d}, Builder: buildHere{}, Packages: packages, Schemas: schemasHere, Now: clock}
		v, _, err := p.Publish(t.Context(), audit.Actor{Key: fmt.Sprint(seed), Name: "somebody", Role: "author"}, tenant, "a", versions.Publication{Number: "3.0.0", Message: fmt.Sprint(seed)})
		require.NoError(t, err)
		if seed == 0 {
			first = v
			continue
		}
		require.Equal(t, string(first.Lock), string(v.Lock), "seed %d", seed)
		require.Equal(t, string(first.Bundle), string(v.Bundle), "seed %d", seed)
		require.Equal(t, string(first.SourceMap), string(v.SourceMap), "seed %d", seed)
		require.Equal(t, first.Digest, v.Digest, "seed %d", seed)
		r.Close()
		again, err := p.Verify(t.Context(), tenant, "a", "3.0.0")
		require.NoError(t, err, "what is in memory needs no registry")
		require.Empty(t, again.Differences)
	}
}

// poisonOne spoils an archive of a cache, if there is one.
func poisonOne(t *testing.T, dir string, random *rand.Rand) {
	t.Helper()
	kept, err := filepath.Glob(filepath.Join(dir, "*", "*.tgz"))
	require.NoError(t, err)
	if len(kept) > 0 {
		require.NoError(t, os.WriteFile(kept[random.IntN(len(kept))], []byte("poison"), 0o600))
	}
}
