package rollout

import (
	"maps"

	"github.com/durward/durward/catalog/histogram"
)

// Totals are the figures of one rollout, of all nodes together.
type Totals struct {
	Rollout   int                 `json:"rollout"` // the rollout's number
	Stable    Figures             `json:"stable"`
	Candidate Figures             `json:"candidate"`
	Samples   map[Metric][]string `json:"samples,omitempty"`
	// Watches are what is held against each guard, in the plan's order.
	Watches []Watch `json:"watches,omitempty"`
	// Batch is what was counted since the cohorts were last compared.
	Batch batch `json:"batch"`
}

// batch is too small to be compared yet. It belongs to one step, because the share changes with the step.
type batch struct {
	Step      int     `json:"step"`
	Stable    Figures `json:"stable"`
	Candidate Figures `json:"candidate"`
}

// leastBatch is how many calls each cohort must have before the two are compared, and mostBatch how many of the candidate's do not wait for stable's.
const (
	leastBatch = 4
	mostBatch  = 200
)

func (b *batch) complete(percent float64) bool {
	n, m := b.Candidate.Calls, b.Stable.Calls
	return n >= leastBatch && (m >= leastBatch || percent == 100) || n >= mostBatch
}

// Add adds what a node has counted. Totals of another rollout are begun anew.
func (t *Totals) Add(r *Rollout, d *Delta) {
	if t.Rollout != r.Number || len(t.Watches) != len(r.Plan.Guards) {
		*t = Totals{Rollout: r.Number, Watches: make([]Watch, len(r.Plan.Guards))}
	}
	if t.Batch.Step != r.Step {
		t.Batch = batch{Step: r.Step}
	}
	t.Batch.Stable.add(&d.Stable)
	t.Batch.Candidate.add(&d.Candidate)
	if t.Batch.complete(r.Percent()) {
		for i := range t.Watches {
			t.weigh(&t.Watches[i], r.Plan.Guards[i])
			t.Watches[i].look(len(t.Watches))
		}
		t.Batch = batch{Step: r.Step}
	}
	t.Stable.add(&d.Stable)
	t.Candidate.add(&d.Candidate)
	samples := maps.Clone(t.Samples)
	for m, runs := range d.Samples {
		if samples == nil {
			samples = map[Metric][]string{}
		}
		samples[m] = newest(append([]string(nil), samples[m]...), runs...)
	}
	t.Samples = samples
}

// weigh adds the batch to the evidence against a guard.
func (t *Totals) weigh(w *Watch, g Guard) {
	s, c := &t.Batch.Stable, &t.Batch.Candidate
	w.Calls += c.Calls
	se, ce := s.events(g.Metric), c.events(g.Metric)
	bound, ratio := g.Max, g.MaxRatio
	if g.Metric == P95 {
		var limit int // the class above which a call of stable is slow
		if limit, bound = t.slow(g); limit < 0 {
			return
		}
		se, ce = s.Durations.Above(limit), c.Durations.Above(slower(limit, g))
		if ratio > 0 {
			ratio = 1 // it is in the limits
		}
	}
	for _, e := range []*Evidence{&w.Whole, &w.Stretch} {
		switch {
		case ratio > 0 && s.Calls > 0 && c.Calls > 0:
			e.relative(ratio, ce, c.Calls, se, s.Calls)
		case ratio == 0 && float64(se) <= bound*float64(s.Calls):
			e.absolute(bound, ce, c.Calls)
		}
	}
}

// slow returns what counts as slow for a guard on the 95th percentile: one call in twenty may be. Relative to stable it is what was stable's 95th percentile before this batch; less than 0
// while that is not known.
func (t *Totals) slow(g Guard) (limit int, bound float64) {
	if g.MaxRatio > 0 {
		return t.Stable.Durations.QuantileClass(0.95), 0.05
	}
	return histogram.Class(milliseconds(g.Max)), 0.05
}

// slower is the class above which a call of the candidate is slow.
func slower(limit int, g Guard) int {
	if g.MaxRatio > 0 {
		return histogram.Class(scale(histogram.Floor(limit+1), g.MaxRatio))
	}
	return limit
}
