package worker_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// A pool whose workers are less confined than is demanded does not start, and says what is missing.
func TestDemand(t *testing.T) {
	t.Parallel()
	_, err := worker.New(worker.Config{Command: []string{os.Args[0], "hostile", "nothing at all"}, Sandbox: worker.LevelStrict})
	var below *worker.SandboxError
	require.ErrorAs(t, err, &below)
	require.Contains(t, err.Error(), "seccomp (not reported)")
}

// processes are the ids of the processes that were started with an argument.
func processes(t *testing.T, argument string) []int {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	var ids []int
	for _, line := range lines {
		text, err := os.ReadFile(line) // it may have ended meanwhile
		if id, _ := strconv.Atoi(filepath.Base(filepath.Dir(line))); err == nil && slices.Contains(strings.Split(string(text), "\x00"), argument) {
			ids = append(ids, id)
		}
	}
	return ids
}

// The death of the spawner costs nothing: the workers that it started live on, and the next start makes a new one.
func TestTheSpawnerDies(t *testing.T) {
	t.Parallel()
	mark := "of-" + t.Name() + strconv.Itoa(os.Getpid())
	pool := newPool(t, worker.Config{Command: []string{self, "worker"}, Spawner: []string{self, "spawner", mark}, Spares: 1, PerTenant: 1})
	if !strings.Contains(pool.Sandbox().String(), "namespace_user") {
		t.Skip("there are no user namespaces here")
	}
	before := processes(t, mark)
	require.Len(t, before, 1)
	require.NoError(t, syscall.Kill(before[0], syscall.SIGKILL))
	for _, tenant := range []string{"a", "b", "c"} { // the first has the spare, the others need new ones
		require.Equal(t, "1", string(execute(t, pool, tenant, program(`return 1`), `{}`, vm.Limits{}).Outcome))
	}
	after := processes(t, mark)
	require.Len(t, after, 1)
	require.NotEqual(t, before, after)
}

// Where there can be no spawner, and so no namespaces, workers start without.
func TestNoSpawner(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Command: []string{self, "worker"}, Spawner: []string{"/no/such/program"}})
	require.NotContains(t, pool.Sandbox().String(), "namespace")
	require.Equal(t, "1", string(execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{}).Outcome))
}
