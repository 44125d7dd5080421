package audit

import "time"

// account is what the records of one tenant take. It is guarded by the recorder's mutex.
type account struct {
	share       // of the buffer
	day   int64 // since 1970
	today int64 // bytes of the records of that day
}

// share is a part of the buffer.
type share struct {
	records int
	bytes   int64
}

// account returns the tenant's. There are no more of them than tenants that have flows.
func (r *Recorder) account(tenant string) *account {
	a, ok := r.tenants[tenant]
	if !ok {
		a = new(account)
		r.tenants[tenant] = a
	}
	return a
}

// dayBytes is how many bytes the tenant's records of the time's day have so far. Records come late, but hardly from a day before: one that does counts for the day that began after it.
func (a *account) dayBytes(t time.Time) int64 {
	if day := t.Unix() / (24 * 60 * 60); day > a.day {
		a.day, a.today = day, 0
	}
	return a.today
}

// charge counts a record that was written to the segment.
func (s *segment) charge(a *account, bytes int64) {
	a.records++
	a.bytes += bytes
	a.today += bytes
	if s.shares == nil {
		s.shares = make(map[*account]share)
	}
	of := s.shares[a]
	s.shares[a] = share{of.records + 1, of.bytes + bytes}
}

// settle takes the records of a stored segment off the accounts.
func (s *segment) settle() {
	for a, of := range s.shares {
		a.records -= of.records
		a.bytes -= of.bytes
	}
}
