package rollout

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/durward/durward/catalog"
)

// Plan says how a candidate is brought in.
type Plan struct {
	Steps  []Step  `json:"steps"`
	Guards []Guard `json:"guards,omitempty"`
	// MinSample is how many calls of a cohort a guard needs before it says anything. Default: 50.
	MinSample int64 `json:"min_sample,omitempty"`
	// Notify is a URL that is told when a guard takes the candidate back; empty: nobody is.
	Notify string `json:"notify,omitempty"`
}

// Step is a share of the users, and how long they must have had the candidate. A step with neither Seconds nor MinRuns waits until somebody promotes it.
type Step struct {
	Percent float64 `json:"percent"`                    // 0 to 100; at 0 only runs that are sent there have the candidate
	Seconds int     `json:"duration_seconds,omitempty"` // at least
	MinRuns int64   `json:"min_runs,omitempty"`         // at least, started in the candidate during the step
}

// Duration is the step's least time.
func (s *Step) Duration() time.Duration { return time.Duration(s.Seconds) * time.Second }

// Metric is what a guard watches, of each cohort.
type Metric string

// The metrics. Rates are parts of the calls, 0 to 1.
const (
	ErrorRate    Metric = "error_rate" // calls in which an action failed, or that had no answer
	BlockRate    Metric = "block_rate"
	MFARate      Metric = "mfa_rate"
	RedirectRate Metric = "redirect_rate"
	P95          Metric = "p95_ms" // of the calls' durations, in milliseconds
)

// Metrics are all metrics.
func Metrics() []Metric { return []Metric{ErrorRate, BlockRate, MFARate, RedirectRate, P95} }

// Guard is a bound for one metric of the candidate: either absolute or relative to stable.
type Guard struct {
	Metric Metric `json:"metric"`
	// Max is an absolute bound. It is breached only by a candidate that is also worse than stable, as long as stable has calls: a wave of attacks raises both.
	Max float64 `json:"max,omitempty"`
	// MaxRatio bounds the candidate by this many times what stable has.
	MaxRatio float64 `json:"max_ratio,omitempty"`
}

func (g Guard) String() string {
	if g.MaxRatio > 0 {
		return fmt.Sprintf("%s at most %g times stable's", g.Metric, g.MaxRatio)
	}
	return fmt.Sprintf("%s at most %g", g.Metric, g.Max)
}

// Bounds of a plan.
const (
	MaxSteps   = 20
	MaxGuards  = 10
	maxSeconds = 30 * 24 * 60 * 60
	maxRuns    = 1_000_000_000
	maxRatio   = 1000
	maxP95     = 60_000

	defaultSample = 50
)

// Check returns what is wrong with a plan as catalog.InvalidErrors, with pointers into its JSON.
func (p *Plan) Check() error {
	var c checker
	if len(p.Steps) < 1 || len(p.Steps) > MaxSteps {
		c.refuse("/steps", "a rollout has 1 to %d steps", MaxSteps)
	}
	last := -1.0
	for i := range p.Steps[:min(len(p.Steps), MaxSteps)] {
		c.step(fmt.Sprintf("/steps/%d", i), &p.Steps[i], last)
		last = p.Steps[i].Percent
	}
	if len(p.Guards) > MaxGuards {
		c.refuse("/guards", "a rollout has at most %d guards", MaxGuards)
	}
	for i := range p.Guards[:min(len(p.Guards), MaxGuards)] {
		c.guard(fmt.Sprintf("/guards/%d", i), &p.Guards[i])
	}
	if p.MinSample < 0 || p.MinSample > maxRuns {
		c.refuse("/min_sample", "it must be from 1 to %d calls", maxRuns)
	}
	if len(c.errors) > 0 {
		return c.errors
	}
	return nil
}

func (p Plan) withDefaults() Plan {
	if p.MinSample == 0 {
		p.MinSample = defaultSample
	}
	p.Steps, p.Guards = slices.Clone(p.Steps), slices.Clone(p.Guards)
	return p
}

type checker struct{ errors catalog.InvalidErrors }

func (c *checker) refuse(pointer, format string, args ...any) {
	c.errors = append(c.errors, &catalog.InvalidError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (c *checker) step(at string, s *Step, last float64) {
	switch {
	case math.IsNaN(s.Percent) || s.Percent < 0 || s.Percent > 100:
		c.refuse(at+"/percent", "it must be from 0 to 100")
	case s.Percent <= last:
		c.refuse(at+"/percent", "it must be more than that of the step before: nobody is moved back")
	}
	if s.Seconds < 0 || s.Seconds > maxSeconds {
		c.refuse(at+"/duration_seconds", "it must be from 0 to %d seconds", maxSeconds)
	}
	switch {
	case s.MinRuns < 0 || s.MinRuns > maxRuns:
		c.refuse(at+"/min_runs", "it must be from 0 to %d", maxRuns)
	case s.MinRuns > 0 && s.Percent == 0:
		c.refuse(at+"/min_runs", "a step of 0 percent has no runs that count")
	}
}

func (c *checker) guard(at string, g *Guard) {
	if !slices.Contains(Metrics(), g.Metric) {
		c.refuse(at+"/metric", "the metrics are %v", Metrics())
		return
	}
	if (g.Max == 0) == (g.MaxRatio == 0) {
		c.refuse(at, "a guard has either max or max_ratio")
		return
	}
	if g.MaxRatio != 0 && !(g.MaxRatio >= 1 && g.MaxRatio <= maxRatio) { // not: NaN is neither
		c.refuse(at+"/max_ratio", "it must be from 1 to %d", maxRatio)
	}
	switch {
	case g.MaxRatio != 0:
	case g.Metric == P95 && !(g.Max >= 1 && g.Max <= maxP95):
		c.refuse(at+"/max", "it must be from 1 to %d milliseconds", maxP95)
	case g.Metric != P95 && !(g.Max >= minRate && g.Max <= 1-minRate):
		c.refuse(at+"/max", "it is a part of the calls, and must be from %g to %g", minRate, 1-minRate)
	}
}

// minRate is the least rate that a guard can tell from none.
const minRate = 0.0001
