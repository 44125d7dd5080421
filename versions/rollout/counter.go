package rollout

import (
	"slices"
	"sync"
	"time"
)

// Call is one call of a run, as a rollout sees it.
type Call struct {
	Cohort Cohort // not None
	Place  Place
	Run    string // the run's id
	First  bool   // the run began with it
	Took   time.Duration
	// Failed says that an action failed or that there was no answer; the others are kinds of answers.
	Failed, Blocked, MFA, Redirected bool
}

// Counter counts the calls of one rollout, in memory. It is safe for concurrent use; a count costs a lock and no I/O.
type Counter struct {
	mu    sync.Mutex
	delta Delta
	seen  [seenSlots]seen
}

// Delta is what a counter has counted since it was last asked.
type Delta struct {
	Stable, Candidate Figures
	// Samples are ids of some of the candidate's runs that each metric counts, the newest last. For p95_ms they are the slowest of the candidate's.
	Samples map[Metric][]string
	slowest time.Duration
}

// Empty says whether nothing was counted.
func (d *Delta) Empty() bool {
	return d.Stable.Calls+d.Stable.Left+d.Candidate.Calls+d.Candidate.Left == 0
}

// maxSamples is how many runs a breach names.
const maxSamples = 5

// seen is how many calls a subject has had in this window. Subjects share a slot: it belongs to the one with most calls in it, as in the algorithm of Misra and Gries, so that one who
// hammers stays in it and the calls of all others count.
type seen struct {
	place  Place
	window int64
	calls  int
}

const (
	seenSlots = 256
	// maxSeen is how many calls of a subject count in a window; after one that was not simply let through, no further ones do. A cohort is sticky: one who hammers at the login is in one
	// cohort with all calls, and would make it look bad.
	maxSeen    = 10
	seenWindow = 600 // seconds
)

// Count counts a call at a time.
func (c *Counter) Count(call *Call, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &c.delta.Stable
	if call.Cohort == Candidate {
		f = &c.delta.Candidate
	}
	if call.First {
		f.Runs++
	}
	if c.tooMany(call, now.Unix()/seenWindow) {
		f.Left++
		return
	}
	f.Calls++
	f.Durations.Count(call.Took)
	c.event(call, ErrorRate, call.Failed, &f.Errors)
	c.event(call, BlockRate, call.Blocked, &f.Blocks)
	c.event(call, MFARate, call.MFA, &f.MFA)
	c.event(call, RedirectRate, call.Redirected, &f.Redirects)
	if call.Cohort == Candidate && call.Took >= c.delta.slowest {
		c.delta.slowest = call.Took
		c.sample(P95, call.Run)
	}
}

func (c *Counter) tooMany(call *Call, window int64) bool {
	s := &c.seen[call.Place%seenSlots] // the low bits: the high ones say which cohort it is
	weight := 1
	if call.Failed || call.Blocked || call.MFA || call.Redirected {
		weight = maxSeen
	}
	switch {
	case s.place == call.Place && s.window == window:
		many := s.calls >= maxSeen
		s.calls += weight
		return many
	case s.window != window || s.calls <= 1:
		*s = seen{place: call.Place, window: window, calls: weight}
	default:
		s.calls--
	}
	return false
}

func (c *Counter) event(call *Call, m Metric, is bool, n *int64) {
	if !is {
		return
	}
	*n++
	if call.Cohort == Candidate {
		c.sample(m, call.Run)
	}
}

func (c *Counter) sample(m Metric, run string) {
	if c.delta.Samples == nil {
		c.delta.Samples = map[Metric][]string{}
	}
	c.delta.Samples[m] = newest(c.delta.Samples[m], run)
}

// newest appends to a list of samples, and drops the oldest beyond the limit. The list may be changed.
func newest(list []string, more ...string) []string {
	for _, one := range more {
		if slices.Contains(list, one) {
			continue
		}
		if len(list) == maxSamples {
			list = slices.Delete(list, 0, 1)
		}
		list = append(list, one)
	}
	return list
}

// Take returns what was counted since the last time.
func (c *Counter) Take() Delta {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.delta
	c.delta = Delta{}
	return d
}

// Return puts back what was taken and could not be stored.
func (c *Counter) Return(d Delta) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delta.Stable.add(&d.Stable)
	c.delta.Candidate.add(&d.Candidate)
	if c.delta.Samples == nil {
		c.delta.Samples = d.Samples
	}
}
