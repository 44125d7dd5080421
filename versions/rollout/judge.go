package rollout

import (
	"math"
	"time"
)

// Standing is how a guard sees the candidate.
type Standing string

// The standings.
const (
	Waiting  Standing = "waiting"  // there are too few calls to say anything
	Within   Standing = "within"   // the candidate keeps to the bound so far
	Above    Standing = "above"    // it is above the bound, and that may still be chance
	Breached Standing = "breached" // it is above the bound, and that is no chance
)

// Verdict is what one guard says.
type Verdict struct {
	Guard    Guard    `json:"guard"`
	Standing Standing `json:"standing"`
	// Stable and Candidate are the metric of the cohorts: parts of the calls, or milliseconds.
	Stable    float64 `json:"stable"`
	Candidate float64 `json:"candidate"`
}

// Breach is why a guard took a candidate back.
type Breach struct {
	Verdict
	StableCalls    int64 `json:"stable_calls"`
	CandidateCalls int64 `json:"candidate_calls"`
	// Runs are ids of some of the candidate's runs that the metric counts.
	Runs []string `json:"runs,omitempty"`
}

// Judge asks each of the plan's guards.
func (r *Rollout) Judge(t *Totals) []Verdict {
	verdicts := make([]Verdict, len(r.Plan.Guards))
	for i, g := range r.Plan.Guards {
		v := Verdict{Guard: g, Standing: Waiting}
		if t.Rollout == r.Number && i < len(t.Watches) {
			v.Stable, v.Candidate = t.Stable.Value(g.Metric), t.Candidate.Value(g.Metric)
			v.Standing = r.standing(t, i, &v)
		}
		verdicts[i] = v
	}
	return verdicts
}

func (r *Rollout) standing(t *Totals, guard int, v *Verdict) Standing {
	g := v.Guard
	alone := g.MaxRatio == 0 || r.Percent() == 100 // without stable calls a comparison goes no further
	switch {
	case t.Candidate.Calls < r.Plan.MinSample || !alone && t.Stable.Calls < r.Plan.MinSample:
		return Waiting
	case t.Watches[guard].Broken:
		return Breached
	case g.MaxRatio == 0 && v.Candidate > g.Max, g.MaxRatio > 0 && t.Stable.Calls > 0 && v.Candidate > g.MaxRatio*v.Stable:
		return Above
	}
	return Within
}

// FirstBreach returns the first guard that is breached, or nil.
func (r *Rollout) FirstBreach(t *Totals) *Breach {
	for _, v := range r.Judge(t) {
		if v.Standing == Breached {
			return &Breach{Verdict: v, StableCalls: t.Stable.Calls, CandidateCalls: t.Candidate.Calls, Runs: t.Samples[v.Guard.Metric]}
		}
	}
	return nil
}

func milliseconds(n float64) time.Duration {
	return time.Duration(math.Round(n * float64(time.Millisecond)))
}

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }
