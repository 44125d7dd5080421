package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// program is the path of the real program, built once.
var program string

// TestMain builds the program for the tests that start it. The tests' own binary is a worker process too, for those that start a server in this process.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == builderCommand {
		os.Exit(runBuilder(os.Stderr))
	}
	for _, name := range []string{"DURWARD_URL", "DURWARD_KEY", "DURWARD_TENANT", "DURWARD_OPERATOR_KEY", "DURWARD_DATA", "DURWARD_LISTEN"} {
		os.Unsetenv(name)
	}
	os.Exit(testProgram(m))
}

func testProgram(m *testing.M) int {
	dir, err := os.MkdirTemp("", "durward-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "durward")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped: with cgo there is no strict sandbox
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// result is how a command ended.
type result struct {
	out, err string
	code     int
}

// runHere runs a command line in this process.
func runHere(t *testing.T, in string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, streams{in: strings.NewReader(in), out: &out, err: &errs, self: "durward"})
	return result{out.String(), errs.String(), code}
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}
