//go:build !race

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

// What a worker has given up, all its threads have given up: the kernel says so.
func TestThreadsAreConfined(t *testing.T) {
	t.Parallel()
	for way, spawner := range map[string][]string{"started directly": nil, "in namespaces": {self, "spawner"}} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			mark := "of-" + t.Name() + strconv.Itoa(os.Getpid())
			pool := newPool(t, worker.Config{Command: []string{self, "worker", mark}, Spawner: spawner, Spares: 1})
			if pool.Sandbox().Level() != worker.LevelStrict {
				t.Skip("the sandbox is weaker here: ", pool.Sandbox().Missing())
			}
			workers := processes(t, mark)
			require.Len(t, workers, 1)
			threads, err := filepath.Glob("/proc/" + strconv.Itoa(workers[0]) + "/task/*/status")
			require.NoError(t, err)
			require.Greater(t, len(threads), 1)
			for _, thread := range threads {
				status, err := os.ReadFile(thread)
				require.NoError(t, err)
				for _, want := range []string{"NoNewPrivs:\t1\n", "Seccomp:\t2\n", "CapEff:\t0000000000000000\n", "CapPrm:\t0000000000000000\n"} {
					require.Contains(t, string(status), want)
				}
			}
			limits, err := os.ReadFile("/proc/" + strconv.Itoa(workers[0]) + "/limits")
			require.NoError(t, err)
			for name, most := range map[string]string{"Max data size": "268435456", "Max file size": "0", "Max core file size": "0", "Max open files": "16"} {
				require.Regexp(t, name+` +`+most+` +`+most+` `, string(limits))
			}
		})
	}
}
