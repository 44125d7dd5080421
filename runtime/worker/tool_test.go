//go:build !race && linux

package worker_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/worker"
)

// toolProgram builds the program that tests run as a tool: one static file, as the real ones are.
var toolProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "durward-tool-*")
	if err != nil {
		return "", err
	}
	leftovers = append(leftovers, dir)
	program := filepath.Join(dir, "tool")
	build := exec.Command("go", "build", "-o", program, "./testdata/tool")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return program, build.Run()
})

// newTool returns a tool in the strict sandbox, and the folder that it may read.
func newTool(t *testing.T, config worker.ToolConfig) (*worker.Tool, string) {
	t.Helper()
	program, err := toolProgram()
	require.NoError(t, err)
	config.Launcher, config.Spawner, config.Program, config.Sandbox = []string{self, "tool"}, []string{self, "spawner"}, program, worker.LevelStrict
	dir := t.TempDir()
	tool, said, err := worker.NewTool(t.Context(), config, dir, "greet")
	require.NoError(t, err)
	t.Cleanup(tool.Close)
	require.Equal(t, "hello 0\n", said, "and no environment")
	return tool, dir
}

func TestToolIsConfined(t *testing.T) {
	t.Parallel()
	tool, dir := newTool(t, worker.ToolConfig{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own"), []byte("text "), 0o600))
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link")))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"read its folder":          {[]string{"read", "own"}, "text done\n"},
		"read another folder":      {[]string{"read", outside}, "refused\n"},
		"follow a link":            {[]string{"read", "link"}, "refused\n"},
		"read the system's files":  {[]string{"read", "/etc/passwd"}, "refused\n"},
		"read about processes":     {[]string{"read", "/proc/self/environ"}, "refused\n"},
		"write":                    {[]string{"write", "new"}, "refused\n"},
		"write over":               {[]string{"write", "own"}, "refused\n"},
		"remove":                   {[]string{"remove", "own"}, "refused\n"},
		"connect":                  {[]string{"connect", listener.Addr().String()}, "refused\n"},
		"start another program":    {[]string{"start", "/bin/true"}, "refused\n"},
		"send a signal":            {[]string{"kill"}, "refused\n"},
		"end with a status of one": {[]string{"fail"}, "there is something wrong\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tool.Run(t.Context(), dir, test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
}

func TestToolLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config worker.ToolConfig
		reason string
	}{
		"hang":     {worker.ToolConfig{Time: 2 * time.Second}, "time_limit"},
		"flood":    {worker.ToolConfig{Output: 10_000}, "output_limit"},
		"allocate": {worker.ToolConfig{Memory: 128 << 20}, "crashed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tool, dir := newTool(t, test.config)
			_, err := tool.Run(t.Context(), dir, name)
			var ended *worker.ToolError
			require.ErrorAs(t, err, &ended)
			require.Equal(t, test.reason, ended.Reason, err)
			got, err := tool.Run(t.Context(), dir, "greet")
			require.NoError(t, err, "the next run is another one")
			require.Equal(t, "hello 0\n", string(got))
		})
	}
}

func TestToolThatIsNoLongerWanted(t *testing.T) {
	t.Parallel()
	tool, dir := newTool(t, worker.ToolConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tool.Run(ctx, dir, "hang")
	require.ErrorIs(t, err, context.Canceled)
}

func TestNoSuchTool(t *testing.T) {
	t.Parallel()
	_, _, err := worker.NewTool(t.Context(), worker.ToolConfig{Launcher: []string{self, "tool"}, Program: filepath.Join(t.TempDir(), "none"), Sandbox: worker.LevelStrict}, t.TempDir())
	require.ErrorContains(t, err, "no such file")
}
