//go:build !race

// Package matrix shows which npm packages work in actions: for each, an action that uses it is resolved, fetched, bundled and run in a worker process.
package matrix_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of the documentation anew; read what has changed")

const table = "../../../docs/packages-matrix.md"

// result is one row of the table.
type result struct {
	version string
	size    int // of the bundle
	load    time.Duration
}

func TestPackages(t *testing.T) {
	t.Parallel()
	all := findInstalled(t)
	w := newWorld(t, all)
	declared := dependencies(t)
	require.Equal(t, slices.Sorted(maps.Keys(declared)), slices.Sorted(maps.Keys(uses)))
	rows := map[string]result{}
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		t.Run(name, func(t *testing.T) { // one after the other: the load times go into the table
			u := uses[name]
			b, err := w.build(t, name, declared[name], u.code)
			if u.refused != "" {
				require.ErrorContains(t, err, u.refused)
				rows[name] = result{version: declared[name]}
				return
			}
			require.NoError(t, err)
			got := w.run(t, name, b)
			if u.cannot != "" {
				require.NotNil(t, got.Failure, "it works now: %s", got.Outcome)
			} else {
				require.Nil(t, got.Failure)
				require.JSONEq(t, u.want, string(got.Outcome))
			}
			r := result{version: declared[name], size: len(b.Script)}
			if *update && u.cannot == "" {
				r.load = load(t, b)
			}
			rows[name] = r
		})
	}
	if t.Failed() {
		return
	}
	text := document(rows)
	if *update {
		require.NoError(t, os.WriteFile(table, []byte(text), 0o600))
		return
	}
	kept, err := os.ReadFile(table)
	require.NoError(t, err)
	require.Equal(t, withoutTimes(text), withoutTimes(string(kept)), "run the tests with -update, and read what has changed")
}

func dependencies(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("package.json")
	require.NoError(t, err)
	var about struct{ Dependencies map[string]string }
	require.NoError(t, json.Unmarshal(text, &about))
	return about.Dependencies
}

const head = `# npm packages that are known to work

Each of these packages is tested by an action that uses it: it is resolved, downloaded, bundled and run in a worker process, and what it answers is compared. %d of %d work.
Load time is what the bundle adds to each execution before the action itself begins, measured on one machine; bundles hold only what the action imports.

| package | version | what the test does | works | bundle | load |
| --- | --- | --- | --- | --- | --- |
`

// document is the table, which also tells users why a package does not work.
func document(rows map[string]result) string {
	var body strings.Builder
	working := 0
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		u, r := uses[name], rows[name]
		verdict, figures := "no: "+u.cannot, "| |"
		if u.cannot == "" {
			working++
			verdict, figures = "yes", fmt.Sprintf("| %d KB | %.1f ms |", r.size>>10, float64(r.load)/float64(time.Millisecond))
		}
		fmt.Fprintf(&body, "| %s | %s | %s | %s %s\n", name, r.version, u.does, verdict, figures)
	}
	return fmt.Sprintf(head, working, len(rows)) + body.String()
}

// times matches what differs from machine to machine, and the sizes that change with each release of the bundler.
var times = regexp.MustCompile(`\| \d+ KB \| [\d.]+ ms \|`)

func withoutTimes(text string) string { return times.ReplaceAllString(text, "|") }
