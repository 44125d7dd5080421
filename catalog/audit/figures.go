package audit

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/durward/durward/catalog/histogram"
)

// Interval is how finely figures are kept: one set of them for every five minutes.
const Interval = 5 * time.Minute

// ErrFigures says that bytes are not figures.
var ErrFigures = errors.New("damaged figures")

// Figures are what calls, or executions of an action, came to.
type Figures struct {
	Count int64
	// Continue, MFA, Redirect, Block and None count by the kind of the answer. None has the calls that got none. An execution that failed is in none of them.
	Continue, MFA, Redirect, Block, None int64
	// Failed counts the executions that failed, or the calls in which one did.
	Failed    int64
	Durations histogram.Durations
}

// Add adds what others came to.
func (f *Figures) Add(g *Figures) {
	to, of := f.counts(), g.counts()
	for i := range to {
		*to[i] += *of[i]
	}
	f.Durations = f.Durations.Plus(g.Durations)
}

// counts are the numbers in the order in which they are encoded.
func (f *Figures) counts() [7]*int64 {
	return [...]*int64{&f.Count, &f.Continue, &f.MFA, &f.Redirect, &f.Block, &f.None, &f.Failed}
}

func (f *Figures) count(outcome string, failed bool, took int64) {
	f.Count++
	switch outcome {
	case "continue":
		f.Continue++
	case "demand_mfa":
		f.MFA++
	case "redirect":
		f.Redirect++
	case "block":
		f.Block++
	case NoAnswer:
		f.None++
	}
	if failed {
		f.Failed++
	}
	f.Durations.Count(time.Duration(took) * time.Microsecond)
}

const figuresVersion = 1

// Append appends the figures as they are stored: a version byte, the counts, then for each class of durations that has calls how many classes it is
// behind the one before, and its calls. All numbers are uvarints.
func (f *Figures) Append(dst []byte) []byte {
	dst = append(dst, figuresVersion)
	for _, n := range f.counts() {
		dst = binary.AppendUvarint(dst, uint64(*n))
	}
	last := 0
	for class, n := range f.Durations {
		if n > 0 {
			dst = binary.AppendUvarint(dst, uint64(class-last))
			dst = binary.AppendUvarint(dst, uint64(n))
			last = class
		}
	}
	return dst
}

// ParseFigures reads what [Figures.Append] wrote. The error is [ErrFigures].
func ParseFigures(b []byte) (Figures, error) {
	var f Figures
	if len(b) == 0 || b[0] != figuresVersion {
		return f, ErrFigures
	}
	b = b[1:]
	var damaged bool
	next := func() int64 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > 1<<62 {
			damaged, b = true, nil
			return 0
		}
		b = b[size:]
		return int64(n)
	}
	for _, to := range f.counts() {
		*to = next()
	}
	class := int64(0)
	for len(b) > 0 {
		if class += next(); class >= histogram.Classes || damaged {
			return Figures{}, ErrFigures
		}
		n := next()
		f.Durations = append(f.Durations, make(histogram.Durations, max(0, int(class)+1-len(f.Durations)))...)
		f.Durations[class] += n
	}
	if damaged {
		return Figures{}, ErrFigures
	}
	return f, nil
}

// Series names what figures are of: the calls of a flow's slot that a revision decided, or the executions of an action's version.
type Series struct {
	Flow, Slot string
	Revision   int
	// Action and Version are empty for calls, and Flow, Slot and Revision for executions.
	Action, Version string
}

// compare orders series by name.
func (s Series) compare(o Series) int {
	return slices.Compare([]string{s.Flow, s.Slot, s.Action, s.Version}, []string{o.Flow, o.Slot, o.Action, o.Version})
}

// Tally are the figures that a batch of records has for one series and interval.
type Tally struct {
	Tenant string
	Series Series
	// Time is when the interval begins, a multiple of [Interval].
	Time    time.Time
	Figures Figures
}

// NewTallies counts records, by UTC day as 2006-01-02. Actions that were skipped count for nothing.
func NewTallies(records []Record) map[string][]Tally {
	type place struct {
		tenant string
		series Series
		time   time.Time
	}
	places := make(map[place]*Figures)
	figures := func(r *Record, s Series) *Figures {
		at := place{r.Tenant, s, r.Time.UTC().Truncate(Interval)}
		f := places[at]
		if f == nil {
			f = new(Figures)
			places[at] = f
		}
		return f
	}
	for i := range records {
		r := &records[i]
		failed := false
		for j := range r.Actions {
			e := &r.Actions[j]
			failed = failed || e.Failure != nil
			if !e.Skipped {
				figures(r, Series{Action: e.Action, Version: e.Version}).count(e.Outcome, e.Failure != nil, e.DurationUS)
			}
		}
		figures(r, Series{Flow: r.Flow, Slot: r.Slot, Revision: r.Revision}).count(r.Outcome, failed, r.DurationUS)
	}
	days := make(map[string][]Tally)
	for at, f := range places {
		day := Day(at.time)
		days[day] = append(days[day], Tally{Tenant: at.tenant, Series: at.series, Time: at.time, Figures: *f})
	}
	return days
}
