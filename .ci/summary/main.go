// Command summary reads the output of go test -json and says what passed, what failed and what was skipped, with each skip's reason. It exits with 1 if a test
// failed, or if one was skipped and the environment says CI=true: a test that did not run has not passed.
//
// With the argument again it prints, a line each, packages and patterns of the tests that failed, for another try; nothing if there is more to it than that a few tests failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
}

type name struct{ pkg, test string }

type summary struct {
	output                  map[name][]string
	passed, failed, skipped []name
	builds                  []string // what the compiler said
	packages                []string // a line for each that passed
}

func main() {
	s, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ci := os.Getenv("CI") == "true"
	if len(os.Args) > 1 && os.Args[1] == "again" {
		s.again(os.Stdout, ci)
		return
	}
	if !s.report(os.Stdout, ci) {
		os.Exit(1)
	}
}

func read(r io.Reader) (*summary, error) {
	s := &summary{output: map[name][]string{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			s.builds = append(s.builds, string(line))
			continue
		}
		s.add(e)
	}
}

func (s *summary) add(e event) {
	n := name{e.Package, e.Test}
	switch e.Action {
	case "output":
		s.output[n] = append(s.output[n], e.Output)
	case "build-output":
		s.builds = append(s.builds, e.Output)
	case "pass":
		if e.Test != "" {
			s.passed = append(s.passed, n)
		} else {
			s.packages = append(s.packages, fmt.Sprintf("ok    %-52s %6.1fs\n", e.Package, e.Elapsed))
		}
	case "fail":
		s.failed = append(s.failed, n)
	case "skip":
		if e.Test != "" {
			s.skipped = append(s.skipped, n)
		}
	}
}

func (s *summary) report(w io.Writer, ci bool) bool {
	fmt.Fprint(w, strings.Join(s.packages, ""), strings.Join(s.builds, ""))
	for _, n := range s.failed {
		fmt.Fprintf(w, "\nFAIL  %s %s\n%s", n.pkg, n.test, strings.Join(s.output[n], ""))
	}
	for _, n := range s.skipped {
		fmt.Fprintf(w, "\nskip  %s %s\n", n.pkg, n.test)
		for _, line := range s.output[n] {
			if !strings.HasPrefix(strings.TrimSpace(line), "===") && !strings.HasPrefix(strings.TrimSpace(line), "---") {
				fmt.Fprint(w, line)
			}
		}
	}
	failures := slices.DeleteFunc(slices.Clone(s.failed), func(n name) bool { return n.test == "" })
	fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped\n", len(s.passed), len(failures), len(s.skipped))
	if ci && len(s.skipped) > 0 {
		fmt.Fprintln(w, "In CI a skipped test is a failure: install what it names.")
		return false
	}
	return len(s.failed) == 0 && len(s.passed) > 0
}

// mostAgain is how many tests may be tried again. More of them do not fail by chance.
const mostAgain = 5

func (s *summary) again(w io.Writer, ci bool) {
	if ci && len(s.skipped) > 0 {
		return
	}
	tests := map[string][]string{}
	count := 0
	for _, n := range s.failed {
		if strings.Contains(strings.Join(s.output[n], ""), "race detected") {
			return
		}
		if n.test != "" && !strings.Contains(n.test, "/") {
			tests[n.pkg] = append(tests[n.pkg], n.test)
			count++
		}
	}
	whole := slices.ContainsFunc(s.failed, func(n name) bool { return len(tests[n.pkg]) == 0 }) // it was not built, or died
	if count > mostAgain || whole {
		return
	}
	for pkg, names := range tests {
		fmt.Fprintf(w, "%s ^(%s)$\n", pkg, strings.Join(names, "|"))
	}
}
