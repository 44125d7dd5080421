// Package histogram counts durations in classes, so that quantiles of many calls can be told, added up and stored in little room.
package histogram

import (
	"math/bits"
	"slices"
	"time"
)

// Durations counts calls by how long they took, in microseconds: eight classes for each doubling, so that a class is at most an eighth wide. It ends with the last class that has calls.
type Durations []int64

// Classes is how many classes there are. They go beyond two minutes, which no call takes.
const Classes = 25 * 8

// Class returns the number of the class that a duration is in.
func Class(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < 8 {
		return int(us)
	}
	e := bits.Len64(us) - 4 // us>>e is 8 to 15
	return min(8*e+int(us>>e), Classes-1)
}

// Floor is the least duration of a class.
func Floor(class int) time.Duration {
	if class < 16 {
		return time.Duration(class) * time.Microsecond
	}
	e := class/8 - 1
	return time.Duration(class-8*e) << e * time.Microsecond
}

// Count counts a call.
func (d *Durations) Count(took time.Duration) {
	c := Class(took)
	if c >= len(*d) {
		*d = append(*d, make(Durations, c+1-len(*d))...)
	}
	(*d)[c]++
}

// Plus is the sum of both, which it leaves as they are.
func (d Durations) Plus(e Durations) Durations {
	if len(d) < len(e) {
		d, e = e, d
	}
	sum := slices.Clone(d)
	for i, n := range e {
		sum[i] += n
	}
	return sum
}

// Above is how many calls are in classes above this one.
func (d Durations) Above(class int) int64 {
	var n int64
	for _, of := range d[min(class+1, len(d)):] {
		n += of
	}
	return n
}

// Total is how many calls there are.
func (d Durations) Total() int64 { return d.Above(-1) }

// Quantile is the upper end of the class that holds the given part of the calls, at most an eighth too high; 0 if there are none.
func (d Durations) Quantile(part float64) time.Duration {
	c := d.QuantileClass(part)
	if c < 0 {
		return 0
	}
	return Floor(c + 1)
}

// QuantileClass is the class that holds the given part of the calls; -1 if there are none.
func (d Durations) QuantileClass(part float64) int {
	want := part * float64(d.Total())
	var n int64
	for i, of := range d {
		if n += of; of > 0 && float64(n) >= want {
			return i
		}
	}
	return -1
}
