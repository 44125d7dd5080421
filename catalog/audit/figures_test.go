package audit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

func FuzzParseFigures(f *testing.F) {
	var some audit.Figures
	some.Count, some.Block, some.Failed = 3, 2, 1
	for _, took := range []time.Duration{0, time.Millisecond, time.Hour} {
		some.Durations.Count(took)
	}
	f.Add(some.Append(nil))
	f.Add([]byte{1})
	f.Add([]byte{2, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		figures, err := audit.ParseFigures(b)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrFigures)
			return
		}
		again, err := audit.ParseFigures(figures.Append(nil))
		require.NoError(t, err)
		require.Equal(t, figures.Count, again.Count)
		require.Equal(t, figures.Durations.Total(), again.Durations.Total())
	})
}

func TestFollow(t *testing.T) {
	t.Parallel()
	r, err := audit.NewRecorder(t.TempDir(), &memory{}, audit.RecorderOptions{})
	require.NoError(t, err)
	all, blocks := r.Follow("acme", audit.Filter{}), r.Follow("acme", audit.Filter{Outcome: "block"})
	defer all.Close()
	defer blocks.Close()
	add := func(tenant, outcome string) {
		record := record(tenant, time.Now())
		record.Outcome = outcome
		require.NoError(t, r.Append(&record))
	}
	add("acme", "continue")
	add("other", "block")
	add("acme", "block")
	require.NoError(t, r.Close(t.Context()))
	got, missed, err := all.Next(t.Context())
	require.NoError(t, err)
	require.Zero(t, missed)
	require.Len(t, got, 2)
	got, _, err = blocks.Next(t.Context())
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, "block", got[0].Outcome)
}

// Who reads too slowly loses the oldest, and is told how many.
func TestFollowTooSlowly(t *testing.T) {
	t.Parallel()
	r, err := audit.NewRecorder(t.TempDir(), &memory{}, audit.RecorderOptions{})
	require.NoError(t, err)
	slow := r.Follow("acme", audit.Filter{})
	const most = 2000
	for range most + 10 {
		record := record("acme", time.Now())
		require.NoError(t, r.Append(&record))
	}
	require.NoError(t, r.Close(t.Context()))
	got, missed, err := slow.Next(t.Context())
	require.NoError(t, err)
	require.Len(t, got, most)
	require.Equal(t, 10, missed)
	slow.Close()
}
