// Package typechecktest finds the native TypeScript compiler for tests: the one that npm ci installs in bundler/types.
package typechecktest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/typecheck"
)

// architectures are the names that npm has for those of Go, where they are others.
var architectures = map[string]string{"amd64": "x64"}

// Compiler returns the path of the compiler. Without one the test is skipped, or fails where CI is set.
func Compiler(t testing.TB) string {
	t.Helper()
	arch := goruntime.GOARCH
	if other, ok := architectures[arch]; ok {
		arch = other
	}
	path := filepath.Join(module(t), "bundler/types/node_modules/@typescript", "typescript-"+goruntime.GOOS+"-"+arch, "lib/tsc")
	if _, err := os.Stat(path); err != nil {
		const message = "the TypeScript compiler is not installed: run npm ci in bundler/types"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	return path
}

// module is the folder of this module: the nearest one above the test's with a go.mod.
func module(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "there is no go.mod")
		dir = filepath.Dir(dir)
	}
}

// NewChecker returns a checker with the compiler, which nothing confines.
func NewChecker(t testing.TB) *typecheck.Checker {
	t.Helper()
	path := Compiler(t)
	return &typecheck.Checker{Dir: t.TempDir(), Run: func(ctx context.Context, dir string, args ...string) ([]byte, error) {
		command := exec.CommandContext(ctx, path, args...)
		command.Dir, command.Env = dir, []string{}
		out, err := command.Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			err = nil // it found something
		}
		return out, err
	}}
}
