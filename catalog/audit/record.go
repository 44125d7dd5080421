package audit

import (
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxRecord is the most bytes of JSON that one record may have. One that would have more is recorded without its logs and requests.
const MaxRecord = 1 << 20

// errTooLarge says that a record would have more.
var errTooLarge = fmt.Errorf("more than %d bytes", MaxRecord)

// Records are made of what callers and actions sent, which need not be valid UTF-8. That must not keep a call from being recorded, so
// invalid bytes become U+FFFD.
var recordOptions = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// appendRecord appends the record's JSON, which has no newline in it. It writes by hand what every record has, because each call of a login system pays for it; what failed and what was
// logged is left to the JSON library.
func appendRecord(dst []byte, r *Record) ([]byte, error) {
	w := writer(append(dst, '{'))
	w.text("id", r.ID)
	w.name("time")
	w = append(append(r.Time.AppendFormat(append(w, '"'), time.RFC3339Nano), '"'), ',')
	w.text("tenant", r.Tenant)
	w.text("flow", r.Flow)
	w.text("slot", r.Slot)
	w.text("trigger", r.Trigger)
	w.some("method", r.Method)
	w.number("revision", int64(r.Revision))
	w.some("cohort", r.Cohort)
	if r.Recalled != 0 {
		w.number("recalled", int64(r.Recalled))
	}
	w.text("run", r.Run)
	w.some("request", r.Request)
	w.some("user", r.User)
	if r.Delivery != "" {
		w.text("delivery", r.Delivery)
		w.number("attempt", int64(r.Attempt))
	}
	w.text("outcome", r.Outcome)
	w.some("code", r.Code)
	w.some("reason", r.Reason)
	w.number("duration_us", r.DurationUS)
	w.name("actions")
	w = append(w, '[')
	for i := range r.Actions {
		if err := w.executed(&r.Actions[i]); err != nil {
			return dst, err
		}
	}
	w.close(']')
	w.close('}')
	w = w[:len(w)-1] // the comma
	if size := len(w) - len(dst); size > MaxRecord {
		return dst, fmt.Errorf("record has %d bytes: %w", size, errTooLarge)
	}
	return w, nil
}

// writer writes JSON. After each value there is a comma, which close takes back.
type writer []byte

func (w *writer) executed(e *Executed) error {
	*w = append(*w, '{')
	w.text("attachment", e.Attachment)
	w.text("action", e.Action)
	w.text("version", e.Version)
	w.flag("skipped", e.Skipped)
	w.flag("resumed", e.Resumed)
	w.some("outcome", e.Outcome)
	w.number("duration_us", e.DurationUS)
	w.number("cpu_us", e.CPUUS)
	if e.AllocatedBytes != 0 {
		w.number("allocated_bytes", e.AllocatedBytes)
	}
	if e.Failure != nil {
		if err := w.value("failure", e.Failure); err != nil {
			return err
		}
	}
	w.some("policy", e.Policy)
	if len(e.Logs) > 0 {
		if err := w.value("logs", e.Logs); err != nil {
			return err
		}
	}
	if e.LogsDropped != 0 {
		w.number("logs_dropped", int64(e.LogsDropped))
	}
	if len(e.Requests) > 0 {
		if err := w.value("requests", e.Requests); err != nil {
			return err
		}
	}
	if e.RequestsDropped != 0 {
		w.number("requests_dropped", int64(e.RequestsDropped))
	}
	w.close('}')
	return nil
}

func (w *writer) name(name string) { *w = append(append(append(*w, '"'), name...), '"', ':') }

func (w *writer) text(name, value string) {
	w.name(name)
	// It says when it had to replace invalid bytes, which is what it is wanted to do.
	b, _ := jsontext.AppendQuote(*w, value)
	*w = append(b, ',')
}

func (w *writer) some(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

// flag writes what is true.
func (w *writer) flag(name string, value bool) {
	if value {
		w.name(name)
		*w = append(*w, "true,"...)
	}
}

func (w *writer) number(name string, value int64) {
	w.name(name)
	*w = append(strconv.AppendInt(*w, value, 10), ',')
}

func (w *writer) value(name string, value any) error {
	w.name(name)
	b, err := json.Marshal(value, recordOptions)
	*w = append(append(*w, b...), ',')
	return err
}

func (w *writer) close(bracket byte) {
	if last := len(*w) - 1; (*w)[last] == ',' {
		*w = (*w)[:last]
	}
	*w = append(*w, bracket, ',')
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
