package audit

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxRecord is the most bytes of JSON that one record may have. It is far above what the limits on an action's log allow.
const MaxRecord = 8 << 20

// Records are made of what callers and actions sent, which need not be valid UTF-8. That must not keep a call from being recorded, so
// invalid bytes become U+FFFD.
var recordOptions = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// appendRecord appends the record's JSON, which has no newline in it.
func appendRecord(dst []byte, r *Record) ([]byte, error) {
	w := sliceWriter(dst)
	if err := json.MarshalWrite(&w, r, recordOptions); err != nil {
		return dst, err
	}
	if size := len(w) - len(dst); size > MaxRecord {
		return dst, fmt.Errorf("record has %d bytes, more than %d", size, MaxRecord)
	}
	return w, nil
}

type sliceWriter []byte

func (w *sliceWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

func parseRecord(b []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(b, &r, recordOptions); err != nil {
		return Record{}, err
	}
	return r, r.check()
}

// The times that a record can have: those that fit into 64 bits of nanoseconds, from 1970.
var (
	minTime = time.Unix(0, 0).UTC()
	maxTime = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

// check says whether the record can be filed. What is refused here would otherwise stop every batch behind it.
func (r *Record) check() error {
	switch {
	case r.Tenant == "":
		return fmt.Errorf("record %q has no tenant", r.ID)
	case len(r.Tenant) > 255 || len(r.ID) > 255:
		return fmt.Errorf("tenant or id of record %.40q has more than 255 bytes", r.ID)
	case r.Time.Before(minTime) || !r.Time.Before(maxTime):
		return fmt.Errorf("record %q has a time outside 1970 to 2261: %v", r.ID, r.Time)
	}
	return nil
}
