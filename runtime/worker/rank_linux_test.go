package worker_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// behind is the nice value of what gives way.
const behind = 10

// niceness are the nice values of all threads of a tenant's workers.
func niceness(tb testing.TB, pool *worker.Pool, tenant string) map[int32]bool {
	found := map[int32]bool{}
	for _, pid := range pool.Processes(tenant) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		require.NoError(tb, err)
		for _, thread := range threads {
			id, err := strconv.Atoi(filepath.Base(thread))
			require.NoError(tb, err)
			if attr, err := unix.SchedGetAttr(id, 0); err == nil { // it may have ended
				found[attr.Nice] = true
			}
		}
	}
	return found
}

// A tenant whose action computes for long gives way to others, with all its workers' threads, and others do not.
func TestALongTurnGivesWay(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	execute(t, pool, "honest", program(`return 1`), `{}`, vm.Limits{})
	besiege(t, pool, "long", program(`for (;;) {}`), 1, 300*time.Millisecond, vm.FailTimeLimit)
	require.Eventually(t, func() bool {
		found := niceness(t, pool, "long")
		return found[behind] && len(found) == 1
	}, 30*time.Second, time.Millisecond)
	execute(t, pool, "honest", program(`return 1`), `{}`, vm.Limits{})
	require.Equal(t, map[int32]bool{0: true}, niceness(t, pool, "honest"))
}

// Once a tenant has computed nothing for long any more, its calls have their priority back, in the same worker or in another one.
func TestGivingWayEnds(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	stop := besiege(t, pool, "reformed", program(`for (;;) {}`), 1, 300*time.Millisecond, vm.FailTimeLimit)
	require.Eventually(t, func() bool { return niceness(t, pool, "reformed")[behind] }, 30*time.Second, time.Millisecond)
	stop()
	require.Eventually(t, func() bool {
		execute(t, pool, "reformed", program(`return 1`), `{}`, vm.Limits{})
		found := niceness(t, pool, "reformed")
		return found[0] && len(found) == 1
	}, 30*time.Second, 10*time.Millisecond)
}

// The workers of a pool for the background give way from their start on.
func TestABackgroundPoolGivesWay(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Background: true})
	execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{})
	require.Equal(t, map[int32]bool{behind: true}, niceness(t, pool, "a"))
}
