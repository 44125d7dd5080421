package worker

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// Whatever a worker asks for while it reads nothing, and whatever it gives up, no more answers are made than it may have waiting; and when it reads, all the others are.
func TestBacklog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &backlog{}
		answered, unread, givenUp := 0, 0, 0
		ask := func(ctx context.Context) {
			turn := b.enter(vm.HostCall{Op: "fetch.read"})
			if turn != nil && !b.await(ctx, turn) {
				givenUp++
				return
			}
			answered++
			unread++
			b.add(maxAnswer)
			if turn != nil {
				b.leave()
			}
		}
		const all = 500
		for range all {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go ask(ctx)
			if rand.N(4) == 0 {
				go cancel()
			}
			synctest.Wait()
			require.LessOrEqual(t, b.bytes, maxBacklog+maxAnswer)
		}
		require.Equal(t, maxBacklog/maxAnswer+1, answered)
		require.Nil(t, b.enter(vm.HostCall{Op: "fetch", Body: make([]byte, maxPatient+1)}), "what brings much does not wait")
		for unread > 0 {
			unread--
			b.add(-maxAnswer)
			synctest.Wait()
			require.LessOrEqual(t, b.bytes, maxBacklog+maxAnswer)
		}
		require.Equal(t, all, answered+givenUp)
		require.Positive(t, givenUp)
		require.Zero(t, b.bytes)
		require.Zero(t, b.passing)
		require.Empty(t, b.line)
	})
}
