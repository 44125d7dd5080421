package worker_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// What the kernel knows of a standing.
type attributes struct {
	policy uint32
	nice   int32
}

var (
	own, _ = unix.SchedGetAttr(os.Getpid(), 0)
	front  = attributes{unix.SCHED_NORMAL, own.Nice}
	behind = attributes{unix.SCHED_NORMAL, own.Nice + 10}
	last   = attributes{unix.SCHED_IDLE, 0}
)

// standings are those of all threads of a tenant's workers.
func standings(tb testing.TB, pool *worker.Pool, tenant string) map[attributes]bool {
	found := map[attributes]bool{}
	for _, pid := range pool.Processes(tenant) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
		require.NoError(tb, err)
		for _, thread := range threads {
			id, err := strconv.Atoi(filepath.Base(thread))
			require.NoError(tb, err)
			attr, err := unix.SchedGetAttr(id, 0)
			if err != nil { // it has ended
				continue
			}
			if attr.Policy == unix.SCHED_IDLE { // its nice value is the one that it had before, and means nothing
				attr.Nice = 0
			}
			found[attributes{attr.Policy, attr.Nice}] = true
		}
	}
	return found
}

// needLift skips a test where the tests may not give a thread its priority back.
func needLift(t *testing.T) {
	t.Helper()
	if unix.Geteuid() != 0 {
		t.Skip("needs CAP_SYS_NICE")
	}
}

// A tenant whose action computes for long gives way to others, with all its workers' threads, and others do not.
func TestALongTurnGivesWay(t *testing.T) {
	t.Parallel()
	needLift(t)
	pool := newPool(t, worker.Config{})
	execute(t, pool, "honest", program(`return 1`), `{}`, vm.Limits{})
	besiege(t, pool, "long", program(`for (;;) {}`), 1, 300*time.Millisecond, vm.FailTimeLimit)
	require.Eventually(t, func() bool {
		found := standings(t, pool, "long")
		return len(found) == 1 && (found[last] || found[behind]) // the latter if the machine has more to do than this
	}, 30*time.Second, time.Millisecond)
	execute(t, pool, "honest", program(`return 1`), `{}`, vm.Limits{})
	require.Equal(t, map[attributes]bool{front: true}, standings(t, pool, "honest"))
}

// What is last has a little all the same when others want all there is: an action that computes for long comes to its end.
func TestWhatIsLastDoesNotStarve(t *testing.T) { //nolint:paralleltest // it leaves nothing to others
	needLift(t)
	pool := newPool(t, worker.Config{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for ctx.Err() == nil {
			}
		}()
	}
	besiege(t, pool, "long", program(`for (;;) {}`), 1, time.Second, vm.FailTimeLimit)
	require.Eventually(t, func() bool { return standings(t, pool, "long")[behind] }, 60*time.Second, time.Millisecond)
}

// Once a tenant has computed nothing for long any more, its calls have their priority back, in the same worker or in another one.
func TestGivingWayEnds(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	needLift(t)
	stop := besiege(t, pool, "reformed", program(`for (;;) {}`), 1, 300*time.Millisecond, vm.FailTimeLimit)
	require.Eventually(t, func() bool {
		found := standings(t, pool, "reformed")
		return found[last] || found[behind]
	}, 30*time.Second, time.Millisecond)
	stop()
	require.Eventually(t, func() bool {
		execute(t, pool, "reformed", program(`return 1`), `{}`, vm.Limits{})
		found := standings(t, pool, "reformed")
		return found[front] && len(found) == 1
	}, 30*time.Second, 10*time.Millisecond)
}

// The workers of a pool for the background give way from their start on.
func TestABackgroundPoolGivesWay(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Background: true})
	execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{})
	require.Equal(t, map[attributes]bool{behind: true}, standings(t, pool, "a"))
}
