package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/web/api"
)

// printJSON shows a value as the API has it.
func printJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// show prints a value in the form that is asked for.
func (c *connection) show(w io.Writer, value any, people func(io.Writer)) error {
	if c.JSON == outputJSON {
		return printJSON(w, value)
	}
	people(w)
	return nil
}

// showList prints a list: a table with a row for each item, or the API's own form with all items on one page.
func showList[T any](w io.Writer, c *connection, items []T, header []string, row func(T) []string) error {
	if c.JSON == outputJSON {
		return printJSON(w, api.List[T]{Items: items})
	}
	t := newTable(w, header...)
	for _, item := range items {
		t.row(row(item)...)
	}
	return t.flush()
}

// table prints columns that are as wide as what is in them.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer, header ...string) *table {
	t := &table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	t.row(header...)
	return t
}

func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = oneLine(cells[i])
	}
	fmt.Fprintln(t.w, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

func (t *table) flush() error { return t.w.Flush() }

// facts prints pairs of a name and a value below each other; those without a value are left out.
func facts(w io.Writer, pairs ...string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", pairs[i], oneLine(pairs[i+1]))
		}
	}
	_ = t.Flush()
}

// oneLine keeps what somebody else wrote from breaking a table.
func oneLine(s string) string { return strings.ReplaceAll(harmless(s), "\t", " ") }

// harmless keeps what somebody else wrote from sending commands to the terminal, and on one line.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || commands(r) {
			return ' '
		}
		return r
	}, s)
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func micros(us int64) string { return (time.Duration(us) * time.Microsecond).String() }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
