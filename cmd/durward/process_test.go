package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shell runs the real program, with an environment of its own.
type shell struct {
	t   *testing.T
	env []string
	dir string
}

// run runs a command to its end.
func (s *shell) run(args ...string) result {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), program, args...)
	var out, errs bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.dir, &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(s.t, err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// ok runs a command that is to succeed and returns its output.
func (s *shell) ok(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	require.Equal(s.t, exitOK, r.code, "durward %s: %s%s", strings.Join(args, " "), r.out, r.err)
	return r.out
}

// refused runs a command that is to be refused and returns what it says.
func (s *shell) refused(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	require.Equal(s.t, exitFailed, r.code, "durward %s: %s%s", strings.Join(args, " "), r.out, r.err)
	return r.out + r.err
}

// json runs a command that is to succeed and decodes what the API answered.
func (s *shell) json(into any, args ...string) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.ok(append(args, "-o", "json")...)), into))
}

// process is a server that runs.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // what it wrote to the stream that is watched
	ended sync.WaitGroup
}

// start starts the program. Its standard output is watched, or its standard error, where the log goes.
func start(t *testing.T, watchLog bool, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), lines: make(chan string, 1000)}
	p.cmd.Env = env
	pipe, err := p.cmd.StdoutPipe()
	if watchLog {
		pipe, err = p.cmd.StderrPipe()
	}
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	p.ended.Go(func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			select {
			case p.lines <- lines.Text():
			default: // nobody reads the log of a server for long
			}
		}
	})
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// patience is how long a server that says nothing is waited for; then it is killed, so that the test fails and does not hang.
const patience = time.Minute

// await returns the groups of the first line that matches.
func (p *process) await(pattern string) []string {
	p.t.Helper()
	found, _ := p.read(pattern)
	return found
}

// read returns the groups of the first line that matches, and the lines before it.
func (p *process) read(pattern string) (found, before []string) {
	p.t.Helper()
	enough := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer enough.Stop()
	want := regexp.MustCompile(pattern)
	for line := range p.lines {
		if found := want.FindStringSubmatch(line); found != nil {
			return found, before
		}
		before = append(before, line)
	}
	require.FailNow(p.t, "the server ended", "before it wrote %s, it wrote:\n%s", pattern, strings.Join(before, "\n"))
	return nil, nil
}

// end ends the server with a signal, waits, and returns its exit code.
func (p *process) end(signal syscall.Signal) int {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	p.ended.Wait()
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}
