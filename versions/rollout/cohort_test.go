package rollout_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions/rollout"
)

func TestShares(t *testing.T) {
	t.Parallel()
	const users = 100_000
	for _, salt := range []rollout.Salt{{1}, {2}, {3}} { // chosen: by chance one in some hundreds is further off
		for _, percent := range []float64{0, 1, 10, 33.3, 50, 90, 99.5, 100} {
			n := 0
			for i := range users {
				if salt.Place(rollout.SubjectOf(fmt.Sprint(i), "", "", "")).Cohort(percent) == rollout.Candidate {
					n++
				}
			}
			require.InDelta(t, percent, 100*float64(n)/users, 0.5)
			if percent == 0 || percent == 100 {
				require.EqualValues(t, percent*users/100, n, "exactly")
			}
		}
	}
}

// Whatever the share is raised to, who has the candidate keeps it.
func FuzzStickiness(f *testing.F) {
	f.Add("user", 1.0, 10.0)
	f.Add("", 0.0, 100.0)
	f.Fuzz(func(t *testing.T, user string, before, after float64) {
		if math.IsNaN(before) || math.IsNaN(after) || before > after {
			t.Skip()
		}
		salt := rollout.NewSalt()
		place := salt.Place(rollout.SubjectOf(user, "", "", "r"))
		require.Equal(t, place, salt.Place(rollout.SubjectOf(user, "", "", "r")))
		if place.Cohort(before) == rollout.Candidate {
			require.Equal(t, rollout.Candidate, place.Cohort(after))
		}
		require.Equal(t, rollout.Stable, place.Cohort(0))
		require.Equal(t, rollout.Candidate, place.Cohort(100))
	})
}

func TestSaltsAreIndependent(t *testing.T) {
	t.Parallel()
	a, b := rollout.NewSalt(), rollout.NewSalt()
	both, users := 0, 100_000
	for i := range users {
		s := rollout.SubjectOf(fmt.Sprint(i), "", "", "")
		if a.Place(s).Cohort(10) == rollout.Candidate && b.Place(s).Cohort(10) == rollout.Candidate {
			both++
		}
	}
	require.InDelta(t, 1, 100*float64(both)/float64(users), 0.5, "a tenth of a tenth")
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	salt := rollout.NewSalt()
	same := map[rollout.Place]string{}
	for _, s := range []rollout.Subject{
		rollout.SubjectOf("x", "y", "z", "r"), rollout.SubjectOf("", "x", "z", "r"), rollout.SubjectOf("", "", "x", "r"), rollout.SubjectOf("", "", "", "x"),
	} {
		same[salt.Place(s)] = "kinds do not mix"
	}
	require.Len(t, same, 4)
	require.Equal(t, salt.Place(rollout.SubjectOf("x", "", "", "1")), salt.Place(rollout.SubjectOf("x", "y", "z", "2")))
}

func TestSaltText(t *testing.T) {
	t.Parallel()
	salt := rollout.NewSalt()
	text, err := json.Marshal(salt)
	require.NoError(t, err)
	var back rollout.Salt
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, salt, back)
	for _, bad := range []string{`""`, `"00"`, `"zz000000000000000000000000000000"`, `"0000000000000000000000000000000000"`} {
		require.Error(t, json.Unmarshal([]byte(bad), &back), bad)
	}
}

func TestPlaceDoesNotAllocate(t *testing.T) {
	salt := rollout.NewSalt()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		salt.Place(rollout.SubjectOf("9f1c2f0e-6c5e-4f39-9f6b-0d6f1d3b1a52", "", "", ""))
	}))
}
