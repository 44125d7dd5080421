//go:build !race

package matrix_test

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

// newChecker returns a checker with the compiler that npm ci installs.
func newChecker(t testing.TB) *typecheck.Checker {
	t.Helper()
	arch := map[string]string{"amd64": "x64"}[goruntime.GOARCH]
	if arch == "" {
		arch = goruntime.GOARCH
	}
	path, err := filepath.Abs(filepath.Join("../../types/node_modules/@typescript", "typescript-"+goruntime.GOOS+"-"+arch, "lib", "tsc"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		message := "the TypeScript compiler is not installed: run npm ci in bundler/types"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
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
