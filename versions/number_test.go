package versions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions"
)

// byPrecedence has the examples of semver.org, section 11, and what they leave open.
var byPrecedence = []string{
	"0.0.0-0", "0.0.0", "0.9.10", "1.0.0-0", "1.0.0-0.0", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-00a", "1.0.0-B", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.1.0", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
	"1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-rc", "2.0.0", "2.1.0", "2.1.1", "2.1.10", "10.0.0", "18446744073709551615.0.0",
}

func TestNumbersHaveTheirPrecedence(t *testing.T) {
	t.Parallel()
	for i, one := range byPrecedence {
		for j, two := range byPrecedence {
			a, err := versions.ParseNumber(one)
			require.NoError(t, err)
			b, err := versions.ParseNumber(two + "+build.01")
			require.NoError(t, err)
			require.Equal(t, i < j, a.Compare(b) < 0, "%s < %s", one, two)
			require.Equal(t, i == j, a.Compare(b) == 0, "%s = %s", one, two)
		}
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1..3", "01.2.3", "1.02.3", "1.2.03", "-1.2.3", "+1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-01", "1.2.3-a.00", "1.2.3-ä", "1.2.3-a_b", "1.2.3+a+b", "1.2.3+a..b",
		" 1.2.3", "1.2.3 ", "1.2.3\n", "1_0.2.3", "0x1.2.3", "1.2.18446744073709551616", "1.2.3-" + strings.Repeat("a", 250),
	} {
		_, err := versions.ParseNumber(text)
		require.ErrorIs(t, err, versions.ErrNumber, "%q", text)
	}
}

func FuzzNumbers(f *testing.F) {
	for _, text := range byPrecedence {
		f.Add(text, "1.0.0-rc.1+build")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		a, errA := versions.ParseNumber(one)
		b, errB := versions.ParseNumber(two)
		if errA != nil || errB != nil {
			require.True(t, errA == nil || a.Major == 0 && a.Pre == nil, "nothing comes with an error")
			return
		}
		require.Zero(t, a.Compare(a))
		require.Equal(t, a.Compare(b), -b.Compare(a))
		if a.Compare(b) == 0 {
			require.True(t, slices.Equal(a.Pre, b.Pre) && a.Patch == b.Patch)
		}
	})
}
