package histogram_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/histogram"
)

func TestQuantiles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		var whole, part histogram.Durations
		took := make([]time.Duration, 1+random.IntN(2000))
		for i := range took {
			took[i] = time.Duration(math.Exp(random.Float64()*18)) * time.Microsecond // 1 µs to 65 s
			if i%2 == 0 {
				whole.Count(took[i])
			} else {
				part.Count(took[i])
			}
		}
		sum := whole.Plus(part)
		require.Equal(t, sum, part.Plus(whole))
		require.EqualValues(t, len(took), sum.Total())
		slices.Sort(took)
		for _, q := range []float64{0.5, 0.95, 1} {
			exact := took[int(math.Ceil(float64(len(took))*q))-1]
			got := sum.Quantile(q)
			require.GreaterOrEqual(t, got, exact)
			require.LessOrEqual(t, got, exact+exact/8+time.Microsecond)
		}
	}
	require.Zero(t, histogram.Durations(nil).Quantile(0.95))
}

func TestClasses(t *testing.T) {
	t.Parallel()
	for c := range histogram.Classes {
		require.Equal(t, c, histogram.Class(histogram.Floor(c)))
		if c > 0 {
			require.Equal(t, c-1, histogram.Class(histogram.Floor(c)-time.Microsecond))
		}
	}
	require.Zero(t, histogram.Class(-time.Second))
	require.Equal(t, histogram.Classes-1, histogram.Class(time.Hour))
}
