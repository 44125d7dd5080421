package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
)

// root is the repository's root, seen from this package.
const root = "../.."

// documents are the texts of what users read, by path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	texts := map[string]string{}
	for _, name := range append(paths, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		name, err = filepath.Rel(root, name)
		require.NoError(t, err)
		texts[filepath.ToSlash(name)] = string(text)
	}
	require.Contains(t, texts, "docs/README.md")
	return texts
}

// document is one of them.
func document(t *testing.T, name string) string {
	t.Helper()
	text := documents(t)[name]
	require.NotEmpty(t, text, name)
	return text
}

var (
	fence   = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	span    = regexp.MustCompile("`((?:bin/)?durward [^`]+)`")
	command = regexp.MustCompile(`(?m)(?:^|[=( ])(?:bin/)?durward ([a-z].*)$`)
)

// TestDocumentedCommands parses each command that a document shows. Words in capitals stand for something and are as good as any.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	for name, text := range documents(t) {
		var lines []string
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			if block[1] == "sh" {
				lines = append(lines, block[2])
			}
		}
		for _, code := range span.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			lines = append(lines, code[1])
		}
		for _, found := range command.FindAllStringSubmatch(strings.Join(lines, "\n"), -1) {
			args := shellWords(found[1])
			_, err := grammar(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard, self: "durward"}).Parse(args)
			require.NoError(t, err, "%s: durward %q", name, args)
		}
	}
}

// shellWords splits the beginning of a line as a shell does, up to what is no longer the same simple command.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ':
			end()
		case strings.ContainsRune("|&;<>()", r):
			end()
			return words
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	end()
	return words
}

func TestShellWords(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		`flow list`:                             {"flow", "list"},
		`types > durward.d.ts`:                  {"types"},
		`keygen)`:                               {"keygen"},
		`x 'a "b" c' -m "" || true`:             {"x", `a "b" c`, "-m", ""},
		`run office --config '{"a": ["b", 1]}'`: {"run", "office", "--config", `{"a": ["b", 1]}`},
	}
	for line, want := range cases {
		require.Equal(t, want, shellWords(line), line)
	}
}

// TestDocumentedProblems holds the list of problem codes to the table in package web, both ways.
func TestDocumentedProblems(t *testing.T) {
	t.Parallel()
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d{3}) \\|").FindAllStringSubmatch(document(t, "docs/errors.md"), -1) {
		rows[row[1]] = row[2]
	}
	require.Equal(t, problemTable(t), rows)
}

// problemTable reads the status of each problem code out of package web's source.
func problemTable(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "web", "problem.go"), nil, 0)
	require.NoError(t, err)
	codes, table := map[string]string{}, map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if of, ok := n.Type.(*ast.Ident); ok && of.Name == "code" {
				codes[n.Names[0].Name], err = strconv.Unquote(n.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
			}
		case *ast.CompositeLit: // a row: code, status, title, detail
			if len(n.Elts) == 4 {
				table[codes[n.Elts[0].(*ast.Ident).Name]] = n.Elts[1].(*ast.BasicLit).Value
			}
		}
		return true
	})
	require.Contains(t, table, "not_found")
	require.Len(t, table, len(codes))
	return table
}

// TestDocumentedMetrics holds the list of metrics to the names in package web's source, both ways.
func TestDocumentedMetrics(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "web", "*.go"))
	require.NoError(t, err)
	var have []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`"(durward_[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			have = append(have, found[1])
		}
	}
	require.NotEmpty(t, have)
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(durward_[a-z_]+)` \\|").FindAllStringSubmatch(document(t, "docs/operating.md"), -1) {
		told = append(told, row[1])
	}
	require.ElementsMatch(t, have, told)
}

// TestDocumentedSettings finds each flag of serve, with its variable and its default, in a row of the table of settings.
func TestDocumentedSettings(t *testing.T) {
	t.Parallel()
	text := document(t, "docs/operating.md")
	model := grammar(streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard, self: "durward"}).Model
	at := slices.IndexFunc(model.Children, func(n *kong.Node) bool { return n.Name == "serve" })
	for _, flag := range model.Children[at].Flags {
		row := "| `--" + flag.Name + "` | `" + strings.Join(flag.Envs, "") + "` | "
		require.Contains(t, text, row)
		if flag.HasDefault && flag.Name != "per-tenant" { // whose default is a word, and not the number that stands for it
			require.Regexp(t, regexp.QuoteMeta(row)+"`?"+regexp.QuoteMeta(flag.Default)+"`? ", text)
		}
	}
}

// TestDocumentedEvents holds the table of edits to the types in package audit's source, both ways.
func TestDocumentedEvents(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, "catalog", "audit", "audit.go"))
	require.NoError(t, err)
	var have []string
	for _, found := range regexp.MustCompile(`EventType += "([a-z_.]+)"`).FindAllStringSubmatch(string(source), -1) {
		if found[1] != string(audit.ActionExecuted) { // which no edit has
			have = append(have, found[1])
		}
	}
	require.NotEmpty(t, have)
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z]+\\.[a-z_]+`(?:, `[a-z_.]+`)*) \\|").FindAllStringSubmatch(document(t, "docs/audit.md"), -1) {
		told = append(told, strings.Split(strings.ReplaceAll(row[1], "`", ""), ", ")...)
	}
	require.ElementsMatch(t, have, told)
}

// TestDocumentedTriggers finds each trigger in the list that docs/flows.md shows, with its answers.
func TestDocumentedTriggers(t *testing.T) {
	t.Parallel()
	text := document(t, "docs/flows.md")
	for _, trigger := range contract.Triggers() {
		row := regexp.QuoteMeta(string(trigger.ID)) + " +"
		for _, answer := range trigger.Answers {
			row += string(answer) + " "
		}
		require.Regexp(t, "(?m)^"+row+".*"+regexp.QuoteMeta(trigger.When)+"$", text)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// TestDocumentLinks follows the links from one file to another, to their headings too.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	for name, text := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := filepath.Join(root, filepath.Dir(name), target)
			if target == "" {
				path = filepath.Join(root, name)
			}
			if anchor == "" {
				require.FileExists(t, orIndex(path), "%s links to %s", name, found[1])
				continue
			}
			there, err := os.ReadFile(path)
			require.NoError(t, err, "%s links to %s", name, found[1])
			require.Contains(t, anchors(string(there)), anchor, "%s links to %s", name, found[1])
		}
	}
}

// orIndex stands for a folder by something in it.
func orIndex(path string) string {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return filepath.Join(path, entries[0].Name())
	}
	return path
}

// anchors are the names under which a document's headings can be linked to.
func anchors(text string) []string {
	var list []string
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		list = append(list, strings.NewReplacer(" ", "-", ",", "").Replace(strings.ToLower(found[1])))
	}
	return list
}

// TestDocumentedGo builds the programs in the documents.
func TestDocumentedGo(t *testing.T) {
	t.Parallel()
	built := 0
	for name, text := range documents(t) {
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			if block[1] != "go" {
				continue
			}
			file := filepath.Join(t.TempDir(), "main.go")
			require.NoError(t, os.WriteFile(file, []byte(block[2]), 0o600))
			out, err := exec.CommandContext(t.Context(), "go", "vet", file).CombinedOutput()
			require.NoError(t, err, "%s: %s", name, out)
			built++
		}
	}
	require.NotZero(t, built)
}
