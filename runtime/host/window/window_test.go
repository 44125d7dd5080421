package window_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host/window"
)

const minute = 16 * 4 * time.Second // in slots of 4 seconds

func TestTimeThatGoesBackwards(t *testing.T) {
	t.Parallel()
	var h window.Hits
	at := 100 * minute
	count, counted := h.Add(at, minute, 1)
	require.Equal(t, 1, count)
	require.True(t, counted)
	for _, earlier := range []time.Duration{at - time.Second, at - 10*minute, 0} {
		count, counted = h.Add(earlier, minute, 1)
		require.Equal(t, 2, count)
		require.False(t, counted)
	}
	count, _ = h.Add(0, minute, 0)
	require.Equal(t, 2, count)
	require.Equal(t, at+17*4*time.Second, h.End(minute))
	count, _ = h.Add(h.End(minute), minute, 1)
	require.Equal(t, 1, count)
}

func FuzzUnmarshalBinary(f *testing.F) {
	var h window.Hits
	for at := range 40 {
		h.Add(time.Duration(at)*time.Second, minute, 0)
	}
	some, err := h.MarshalBinary()
	require.NoError(f, err)
	f.Add(some)
	f.Add(some[:20])
	f.Fuzz(func(t *testing.T, b []byte) {
		var h window.Hits
		if err := h.UnmarshalBinary(b); err != nil {
			require.ErrorIs(t, err, window.ErrFormat)
			require.Zero(t, h)
			return
		}
		again, err := h.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, b, again)
		count, _ := h.Add(100*minute, minute, 0)
		require.Positive(t, count)
	})
}
