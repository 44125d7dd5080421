// Package window counts hits within windows of time that slide, in little space: [Hits] are as large for a million of them as for one.
package window

import (
	"encoding/binary"
	"errors"
	"time"
)

// parts is into how many slots a window is divided.
const parts = 16

// Most is where counting ends. It keeps the sum within 32 bits.
const Most = 1 << 30

// Hits are those of the slots of one window, in a ring, and of the slot that is not over yet. Hits in the slot in which the window begins are counted as a whole: a count is never less than
// the true one, and contains hits that are too old by a sixteenth of the window at most. The zero value has none.
//
// Times are given from any beginning that stays the same, as is the window, and are not negative.
type Hits struct {
	slot   int64 // the number of the latest slot that was hit
	counts [parts + 1]int32
}

// Add counts one hit, and returns how many there are with it. With a limit above 0, a hit that would pass it is not counted, and the count is limit+1. counted is false if h did not change but for
// what has left the window.
//
// A time before that of the latest hit, as after the clock was set back, stands for the latest: nothing is forgotten, and nothing is counted too low.
func (h *Hits) Add(at, window time.Duration, limit int) (count int, counted bool) {
	h.advance(int64(at / (window / parts)))
	total := h.total()
	switch {
	case limit > 0 && total >= limit:
		return limit + 1, false
	case total >= Most:
		return total, false
	}
	h.counts[h.slot%int64(len(h.counts))]++
	return total + 1, true
}

// advance forgets the slots that have left the window.
func (h *Hits) advance(now int64) {
	for ; h.slot < now; h.slot++ {
		if now-h.slot > int64(len(h.counts)) {
			h.slot = now - int64(len(h.counts)) - 1
			continue
		}
		h.counts[(h.slot+1)%int64(len(h.counts))] = 0
	}
}

func (h *Hits) total() int {
	total := 0
	for _, n := range h.counts {
		total += int(n)
	}
	return total
}

// End is when the latest hit leaves the window, 0 if there is none.
func (h *Hits) End(window time.Duration) time.Duration {
	for back := range int64(len(h.counts)) {
		slot := h.slot - back
		if slot >= 0 && h.counts[slot%int64(len(h.counts))] > 0 {
			return time.Duration(slot+int64(len(h.counts))) * (window / parts)
		}
	}
	return 0
}

// ErrFormat says that bytes are not those of hits.
var ErrFormat = errors.New("the hits of a counter are not stored as this program stores them")

const (
	format = 1
	size   = 1 + 8 + 4*(parts+1)
)

// MarshalBinary writes the hits as: format (1), latest slot (8), counts (17 of 4). Numbers are big-endian. It never fails.
func (h *Hits) MarshalBinary() ([]byte, error) {
	b := append(make([]byte, 0, size), format)
	b = binary.BigEndian.AppendUint64(b, uint64(h.slot))
	for _, n := range h.counts {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. It returns [ErrFormat] for anything else, and leaves h as it is.
func (h *Hits) UnmarshalBinary(b []byte) error {
	if len(b) != size || b[0] != format {
		return ErrFormat
	}
	read := Hits{slot: int64(binary.BigEndian.Uint64(b[1:]))}
	total := 0
	for i := range read.counts {
		n := binary.BigEndian.Uint32(b[9+4*i:])
		if total += int(n); n > Most || total > Most {
			return ErrFormat
		}
		read.counts[i] = int32(n)
	}
	if read.slot < 0 {
		return ErrFormat
	}
	*h = read
	return nil
}
