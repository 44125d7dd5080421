package audit

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"time"
)

// ErrCursor says that a filter's cursor is not one that a page of records returned.
var ErrCursor = errors.New("not a cursor of a list of records")

// Selection picks one page of records, newest first, out of a tenant's blocks. Blocks may overlap in time; the order of the records is theirs
// alone, by time and id, so that a cursor keeps its place while new blocks arrive. A Selection is not safe for concurrent use.
//
// A store feeds it the blocks whose last record is before [Selection.Bound] plus [MaxBlockSpan], by the time of the last record, newest first.
type Selection struct {
	filter Filter
	terms  []uint64 // what a block must have, by hash
	// Records before (time, id) are wanted.
	time time.Time
	id   string

	open   []*blockReader // blocks that hold records not yet looked at
	picked []Record       // the page
	size   int            // bytes of JSON of the page
	full   bool           // there is a record that the page has no room for
}

// NewSelection returns an [ErrCursor] for a cursor that is none. The filter's limit is taken as 1 to 200, 0 as 50.
func NewSelection(filter Filter) (*Selection, error) {
	s := &Selection{filter: filter, terms: filter.terms(), time: maxTime}
	switch {
	case filter.Limit <= 0:
		s.filter.Limit = defaultLimit
	case filter.Limit > maxLimit:
		s.filter.Limit = maxLimit
	}
	if filter.After != "" {
		var err error
		if s.time, s.id, err = parseCursor(filter.After); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// The limits of Filter.Limit.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// Bound is a time after which no record is wanted.
func (s *Selection) Bound() time.Time {
	if !s.filter.To.IsZero() && s.filter.To.Before(s.time) {
		return s.filter.To
	}
	return s.time
}

// Wants is false for a day (as 2006-01-02) all of whose records lie outside the filter's times or after its cursor.
func (s *Selection) Wants(day string) bool {
	return day <= Day(s.Bound()) && (s.filter.From.IsZero() || day >= Day(s.filter.From))
}

// Add takes the block with the next older last record. The data are not referred to after the call. It returns false when no further block is needed:
// the page is full, or every older record is too old.
func (s *Selection) Add(last time.Time, data []byte) (bool, error) {
	if err := s.pick(last); err != nil {
		return false, err
	}
	if s.full || last.Before(s.filter.From) {
		return false, nil
	}
	b, err := openBlock(data)
	if err != nil {
		return false, err
	}
	if b.first.After(s.time) || !b.mayHold(&s.filter, s.terms) {
		return true, nil
	}
	more, err := b.decompress()
	for more && err == nil && b.head.After(s.Bound()) {
		more, err = b.next()
	}
	if more {
		s.open = append(s.open, b)
	}
	return err == nil, err
}

// Drain takes what is left of the blocks added so far, when there are no others that reach as far back.
func (s *Selection) Drain() error { return s.pick(minTime.Add(-1)) }

// Full says whether the page is complete.
func (s *Selection) Full() bool { return s.full }

// Page returns the records and the cursor for the page after them, empty if there is none.
func (s *Selection) Page() ([]Record, string) {
	if !s.full {
		return s.picked, ""
	}
	last := &s.picked[len(s.picked)-1]
	return s.picked, formatCursor(last.Time, last.ID)
}

// pick moves the records newer than bound from the open blocks to the page: a block that was not added yet may still hold one as new as bound.
func (s *Selection) pick(bound time.Time) error {
	for {
		at, err := s.newest(bound)
		if err != nil || at < 0 {
			return err
		}
		b := s.open[at]
		r, err := b.record()
		if err != nil {
			return err
		}
		if compare(r.Time, r.ID, s.time, s.id) < 0 && s.filter.Matches(r) {
			if s.full = len(s.picked) == s.filter.Limit || len(s.picked) > 0 && s.size+len(b.json) > MaxPage; s.full {
				s.open = nil
				return nil
			}
			s.picked, s.size = append(s.picked, *r), s.size+len(b.json)
		}
		more, err := b.next()
		if err != nil {
			return err
		}
		if !more || b.head.Before(s.filter.From) {
			s.open = slices.Delete(s.open, at, at+1)
		}
	}
}

// newest returns the index of the open block whose next record is the newest, or -1 if none is newer than bound.
func (s *Selection) newest(bound time.Time) (int, error) {
	at := -1
	for i, b := range s.open {
		switch {
		case !b.head.After(bound):
			continue
		case at < 0 || b.head.After(s.open[at].head):
			at = i
			continue
		case b.head.Before(s.open[at].head):
			continue
		}
		r, err := b.record()
		if err != nil {
			return 0, err
		}
		other, err := s.open[at].record()
		if err != nil {
			return 0, err
		}
		if r.ID > other.ID {
			at = i
		}
	}
	return at, nil
}

// A cursor is the time and id of the last record shown, and a checksum so that a cursor of another list is refused and not taken for a place.
func formatCursor(t time.Time, id string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.UnixNano()))
	b = append(b, id...)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(b, cursorSum(b)))
}

func parseCursor(s string) (time.Time, string, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 12 {
		return time.Time{}, "", ErrCursor
	}
	b, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if sum != cursorSum(b) {
		return time.Time{}, "", ErrCursor
	}
	return nanos(b), string(b[8:]), nil
}

func cursorSum(b []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte("records")), crc32.IEEETable, b)
}
