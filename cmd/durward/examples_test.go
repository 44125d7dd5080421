package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The documents whose commands are run as they stand, from the beginning to the end: those of a line, which go on from what the one before has made, against a demo of their own.
var examples = map[string][]string{
	"actions": {"actions"}, "calling": {"calling"}, "deliveries": {"deliveries"}, "flows": {"flows", "audit"}, "members": {"members"}, "modules": {"modules"}, "rollouts": {"rollouts"}, "secrets": {"secrets"},
	"setup": {"setup"}, "templates": {"templates"},
}

// TestExamples runs the commands of documents in a shell, and wants what the documents say that they print.
func TestExamples(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it reads many pages of documents to the server")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl; install it with: apt-get install curl")
	}
	for name, pages := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := startDemo(t, t.TempDir())
			s := openSession(t, "DURWARD_URL="+d.url, "DURWARD_TENANT="+demoTenant, "DURWARD_KEY="+d.admin)
			for _, page := range pages {
				for _, e := range shownCommands(document(t, "docs/"+page+".md")) {
					s.compare(page, e)
				}
			}
		})
	}
}

// shown is a block of commands and what the document shows below it; nil if it shows nothing.
type shown struct {
	commands string
	output   *string
}

var shownBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```\n(?:\n```\n(.*?)^```$)?")

func shownCommands(text string) []shown {
	var list []shown
	for _, at := range shownBlock.FindAllStringSubmatchIndex(text, -1) {
		e := shown{commands: text[at[2]:at[3]]}
		if at[4] >= 0 {
			output := text[at[4]:at[5]]
			e.output = &output
		}
		list = append(list, e)
	}
	return list
}

// session is a shell in which one command follows the other.
type session struct {
	t     *testing.T
	dir   string
	in    io.Writer
	lines *bufio.Scanner
}

const prompt = "=== ready for the next"

func openSession(t *testing.T, env ...string) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir()}
	cmd := exec.CommandContext(t.Context(), "sh", "-e")
	cmd.Dir = s.dir
	cmd.Env = append(env, "HOME="+s.dir, "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	s.in, s.lines = in, bufio.NewScanner(out)
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // the shell ends with the status of its last command, which was looked at
	})
	return s
}

// run runs commands, all of which are to succeed, and returns what they print.
func (s *session) run(commands string) string {
	s.t.Helper()
	file := filepath.Join(s.dir, ".commands")
	require.NoError(s.t, os.WriteFile(file, []byte(commands), 0o600))
	_, err := fmt.Fprintf(s.in, ". %s </dev/null\necho '%s'\n", file, prompt)
	require.NoError(s.t, err)
	var out strings.Builder
	for s.lines.Scan() {
		text, ended := strings.CutSuffix(s.lines.Text(), prompt)
		if out.WriteString(text); ended {
			return out.String()
		}
		out.WriteByte('\n')
	}
	require.FailNow(s.t, "a command failed", "%s\nprinted:\n%s", commands, out.String())
	return ""
}

// compare runs what a document shows. Where the document waits for something, a busy machine may take longer: then it is asked again.
func (s *session) compare(page string, e shown) {
	s.t.Helper()
	end := time.Now().Add(patience)
	for {
		out := s.run(e.commands)
		if e.output == nil {
			return
		}
		want, got := constant(*e.output, out)
		switch {
		case want == got:
			return
		case strings.HasPrefix(e.commands, "sleep ") && time.Now().Before(end):
		case *update:
			showInstead(s.t, page, e, out)
			return
		default:
			require.Equal(s.t, want, got, "the document shows otherwise what these print:\n%s", e.commands)
		}
	}
}

// showInstead writes into a document what its commands print.
func showInstead(t *testing.T, page string, e shown, out string) {
	t.Helper()
	path, shows := filepath.Join(root, "docs", page+".md"), e.commands+"```\n\n```\n"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	next := strings.Replace(string(text), shows+*e.output, shows+out, 1)
	require.NotEqual(t, string(text), next)
	require.NoError(t, os.WriteFile(path, []byte(next), 0o644))
}

// What is another at each time, and what stands for it.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\bA[QgI][\w-]{80,}`), "RUN"},
	{regexp.MustCompile(`(digest) +[0-9a-f]+`), "$1 SHA"},
	{regexp.MustCompile(`"(\w+_us|allocated_bytes)": \d+`), "$1 N"},
	{regexp.MustCompile(`\b\d+(\.\d+)? ?(µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`(?m)^(stable|candidate) +\d+ +\d+ `), "$1 N N "}, // runs and calls: the salt decides
	{regexp.MustCompile(`(% of|has 0 % of) \d+`), "$1 N"},
	{regexp.MustCompile(`http://\S+/invitation#dwi_\S+`), "LINK"},
	{regexp.MustCompile(`(?m)^[a-z2-7]{16} `), "ID "},
	{regexp.MustCompile(` +`), " "}, // the widths of columns follow the above
}

// constant is what is the same each time in a document and in what was printed. In a document a line with three dots stands for all that follows.
func constant(document, printed string) (want, got string) {
	for _, v := range varying {
		document, printed = v.pattern.ReplaceAllString(document, v.instead), v.pattern.ReplaceAllString(printed, v.instead)
	}
	if head, _, cut := strings.Cut(document, "\n…\n"); cut {
		document = head + "\n"
		lines := strings.SplitAfter(printed, "\n")
		printed = strings.Join(lines[:min(len(lines), strings.Count(document, "\n"))], "")
	}
	return strings.TrimSpace(document), strings.TrimSpace(printed)
}
