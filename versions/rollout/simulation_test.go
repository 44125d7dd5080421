package rollout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions/rollout"
)

// TestSimulation sends 1,000,000 sign-ins of 200,000 users at each of several rates through a rollout whose candidate fails for some, and shows how many met it before it was taken back.
func TestSimulation(t *testing.T) {
	t.Parallel()
	const signIns, users = 1_000_000, 200_000
	t.Logf("%8s %10s | %8s %10s %8s %8s", "failures", "per second", "at step", "after", "met it", "harmed")
	for _, failures := range []float64{1, 0.3, 0.05} {
		for _, rate := range []float64{1, 10, 100, 1000, 10_000} {
			w := newWorld(t, 1, users, rollout.Plan{Steps: steps, Guards: guards})
			bad := usual
			bad.errors = failures
			for w.runs < signIns {
				w.second(rate, usual, bad)
			}
			require.Equal(t, rollout.RolledBack, w.rollout.State)
			t.Logf("%7.0f%% %10.0f | %7.0f%% %10v %8d %8d", failures*100, rate, w.rollout.Plan.Steps[w.rollout.Step].Percent, w.rollout.EndedAt.Sub(began).Round(time.Second), w.met, len(w.harmed))
			// What a sample costs, and a second of traffic.
			require.LessOrEqual(t, w.met, 1000+int(rate/100)*2)
			require.LessOrEqual(t, len(w.harmed), 80+int(failures*rate/100)*2)
		}
	}
}
