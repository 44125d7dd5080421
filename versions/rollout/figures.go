package rollout

import (
	"math/bits"
	"slices"
	"time"
)

// Figures are what a cohort's calls came to.
type Figures struct {
	Runs      int64     `json:"runs"` // that began
	Calls     int64     `json:"calls"`
	Errors    int64     `json:"errors,omitempty"`
	Blocks    int64     `json:"blocks,omitempty"`
	MFA       int64     `json:"mfa,omitempty"`
	Redirects int64     `json:"redirects,omitempty"`
	Durations Durations `json:"durations,omitempty"`
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
	f.Durations = f.Durations.plus(g.Durations)
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

// Durations counts calls by how long they took, in microseconds: eight classes for each doubling, so that a class is at most an eighth wide. It ends with the last class that has calls.
type Durations []int64

// classes go beyond two minutes, which no call takes.
const classes = 25 * 8

// class returns the number of the class that a duration is in.
func class(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < 8 {
		return int(us)
	}
	e := bits.Len64(us) - 4 // us>>e is 8 to 15
	return min(8*e+int(us>>e), classes-1)
}

// floor is the least duration of a class.
func floor(class int) time.Duration {
	if class < 16 {
		return time.Duration(class) * time.Microsecond
	}
	e := class/8 - 1
	return time.Duration(class-8*e) << e * time.Microsecond
}

func (d *Durations) count(took time.Duration) {
	c := class(took)
	if c >= len(*d) {
		*d = append(*d, make(Durations, c+1-len(*d))...)
	}
	(*d)[c]++
}

func (d Durations) plus(e Durations) Durations {
	sum := slices.Clone(d)
	if len(e) > len(sum) {
		sum = append(sum, make(Durations, len(e)-len(sum))...)
	}
	for i, n := range e {
		sum[i] += n
	}
	return sum
}

// above is how many calls are in classes above this one.
func (d Durations) above(class int) int64 {
	var n int64
	for _, of := range d[min(class+1, len(d)):] {
		n += of
	}
	return n
}

func (d Durations) total() int64 { return d.above(-1) }

// Quantile is the upper end of the class that holds the given part of the calls, at most an eighth too high; 0 if there are none.
func (d Durations) Quantile(part float64) time.Duration {
	c := d.quantileClass(part)
	if c < 0 {
		return 0
	}
	return floor(c + 1)
}

func (d Durations) quantileClass(part float64) int {
	want := part * float64(d.total())
	var n int64
	for i, of := range d {
		if n += of; of > 0 && float64(n) >= want {
			return i
		}
	}
	return -1
}
