package templates_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/templates"
)

var update = flag.Bool("update", false, "write the pages of the documentation anew")

const docs = "../docs"

// The pages of the documentation are made of manifests, schemas and samples, and are what they would be if they were made now.
func TestPages(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	var index strings.Builder
	fmt.Fprint(&index, "| for | template | what it does |\n|---|---|---|\n")
	all := slices.Clone(templates.All())
	slices.SortStableFunc(all, func(a, b templates.Template) int { return strings.Compare(a.Category, b.Category) })
	for _, template := range all {
		pages[template.Name+".md"] = page(t, template)
		fmt.Fprintf(&index, "| %s | [%s](templates/%s.md) | %s |\n", template.Category, template.Name, template.Name, template.Purpose)
	}
	fresh(t, "templates.md", between(t, "templates.md", index.String()))
	for name, text := range pages {
		fresh(t, filepath.Join("templates", name), text)
	}
	there, err := filepath.Glob(filepath.Join(docs, "templates", "*"))
	require.NoError(t, err)
	for _, path := range there {
		require.Contains(t, pages, filepath.Base(path), "a page of nothing")
	}
}

// between is a page with a text in its generated part.
func between(t *testing.T, name, text string) string {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(docs, name))
	require.NoError(t, err)
	const begin, end = "<!-- made by go test ./templates -update -->\n", "<!-- end -->"
	head, rest, found := strings.Cut(string(whole), begin)
	require.True(t, found)
	_, tail, found := strings.Cut(rest, end)
	require.True(t, found)
	return head + begin + "\n" + text + "\n" + end + tail
}

func fresh(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(docs, name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	there, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(there), "%s is stale: run make update", path)
}

func page(t *testing.T, template templates.Template) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", template.Title, template.Purpose)
	fmt.Fprintf(&b, "| | |\n|---|---|\n| template | `%s` |\n| release | %s |\n| triggers | `%s` |\n", template.Name, template.Version(), strings.Join(template.Triggers, "`, `"))
	if len(template.Secrets) > 0 {
		fmt.Fprintf(&b, "| secrets | `%s` |\n", strings.Join(template.Secrets, "`, `"))
	}
	if len(template.Hosts) > 0 {
		fmt.Fprintf(&b, "| hosts | `%s` |\n", strings.Join(template.Hosts, "`, `"))
	}
	for _, note := range template.Notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	var schema map[string]any
	require.NoError(t, json.Unmarshal(template.ConfigSchema, &schema))
	b.WriteString("\n## Settings\n\n| setting | | type | default or example |\n|---|---|---|---|\n")
	settings(&b, "", schema)
	b.WriteString("\n## Samples\n")
	for _, sample := range template.Samples {
		fmt.Fprintf(&b, "\n### %s\n\nAt `%s`", upper(sample.Name), sample.Trigger)
		if !sample.Clock.IsZero() {
			fmt.Fprintf(&b, ", at %s", sample.Clock.UTC().Format("2006-01-02 15:04 UTC"))
		}
		b.WriteString(".\n\n```\n")
		if len(sample.Config) > 0 {
			fmt.Fprintf(&b, "config   %s\n", line(t, sample.Config))
		}
		for _, exchange := range append([]templates.Exchange{sample.Exchange}, sample.Then...) {
			fmt.Fprintf(&b, "event    %s\n", line(t, exchange.Event))
			for _, r := range exchange.Requests {
				answer := r.Error
				if r.Error == "" {
					answer = strings.TrimSpace(fmt.Sprintf("%d %s", r.Answer.Status, line(t, r.Answer.Body)))
				}
				fmt.Fprintf(&b, "request  %s %s %s → %s\n", r.Method, r.URL, line(t, r.Body), answer)
			}
			if exchange.Failure != "" {
				fmt.Fprintf(&b, "fails    %s\n", exchange.Failure)
			} else {
				fmt.Fprintf(&b, "outcome  %s\n", line(t, exchange.Outcome))
			}
		}
		b.WriteString("```\n")
	}
	b.WriteString("\n## Releases\n\n")
	for _, r := range template.Releases {
		fmt.Fprintf(&b, "- %s: %s\n", r.Version, r.Changes)
	}
	return b.String()
}

// settings are the rows of an object's members; those of objects and lists in it follow them.
func settings(b *strings.Builder, path string, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		member := properties[name].(map[string]any)
		value := "required"
		if standard, ok := member["default"]; ok {
			value = "`" + brief(standard) + "`"
		} else if examples, ok := member["examples"].([]any); ok {
			value = "for example `" + brief(examples[0]) + "`"
			if slices.Contains(required, any(name)) {
				value = "required, " + value
			}
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", path+name, cell(member["description"].(string)), kind(member), cell(value))
		settings(b, path+name+".", member)
		if items, ok := member["items"].(map[string]any); ok {
			settings(b, path+name+"[].", items)
		}
	}
}

func kind(member map[string]any) string {
	if options, ok := member["enum"].([]any); ok {
		texts := make([]string, len(options))
		for i, option := range options {
			texts[i] = "`" + fmt.Sprint(option) + "`"
		}
		return strings.Join(texts, ", ")
	}
	text := "any"
	switch t := member["type"].(type) {
	case string:
		text = t
	case []any:
		text = strings.Trim(fmt.Sprint(t), "[]")
	}
	if least, ok := member["minimum"]; ok {
		text += fmt.Sprintf(", %v to %v", plainNumber(least), plainNumber(member["maximum"]))
	}
	return text
}

func plainNumber(n any) string { return strings.TrimSuffix(fmt.Sprintf("%.0f", n), ".") }

// brief is a value in a table, cut if it is long.
func brief(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return ""
	}
	text := []rune(strings.TrimSpace(b.String()))
	if len(text) > 100 {
		return string(text[:100]) + "…"
	}
	return string(text)
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func line(t *testing.T, value json.RawMessage) string {
	t.Helper()
	if len(value) == 0 {
		return ""
	}
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, value))
	return b.String()
}

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
