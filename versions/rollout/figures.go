package rollout

import (
	"time"

	"github.com/durward/durward/catalog/histogram"
)

// Figures are what a cohort's calls came to.
type Figures struct {
	Runs      int64               `json:"runs"` // that began
	Calls     int64               `json:"calls"`
	Errors    int64               `json:"errors,omitempty"`
	Blocks    int64               `json:"blocks,omitempty"`
	MFA       int64               `json:"mfa,omitempty"`
	Redirects int64               `json:"redirects,omitempty"`
	Durations histogram.Durations `json:"durations,omitempty"`
	// Left is how many calls are in no figure but Runs, because their subject had too many.
	Left int64 `json:"left,omitempty"`
}

func (f *Figures) add(g *Figures) {
	f.Runs += g.Runs
	f.Calls += g.Calls
	f.Errors += g.Errors
	f.Blocks += g.Blocks
	f.MFA += g.MFA
	f.Redirects += g.Redirects
	f.Left += g.Left
	f.Durations = f.Durations.Plus(g.Durations)
}

// Value is a metric of the figures; 0 if there are no calls.
func (f *Figures) Value(m Metric) float64 {
	if f.Calls == 0 {
		return 0
	}
	if m == P95 {
		return float64(f.Durations.Quantile(0.95)) / float64(time.Millisecond)
	}
	return float64(f.events(m)) / float64(f.Calls)
}

// events is how many calls a rate counts.
func (f *Figures) events(m Metric) int64 {
	switch m {
	case ErrorRate:
		return f.Errors
	case BlockRate:
		return f.Blocks
	case MFARate:
		return f.MFA
	case RedirectRate:
		return f.Redirects
	}
	return 0
}
