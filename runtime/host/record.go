package host

import "time"

// maxPath is how much of a path the record keeps, in bytes.
const maxPath = 512

// entry is a line of the record that is being written. Its fields belong to the session's mutex.
type entry struct {
	Request
	began time.Time
	ended bool
}

// newEntry begins a line.
func newEntry(r *request) *entry {
	return &entry{Request: Request{Method: r.method, Host: clip(r.target.url.Host, 262), Path: clip(r.target.url.EscapedPath(), maxPath)}, began: time.Now()}
}

// Requests are what the execution has sent, or would have sent but for the policy, in the order in which they began. There are no more than its limit of requests. After
// [Session.Close] it does not change.
func (s *Session) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.entries) == 0 {
		return nil
	}
	list := make([]Request, len(s.entries))
	for i, e := range s.entries {
		list[i] = e.Request
		if !e.ended {
			list[i].Took = time.Since(e.began)
		}
	}
	return list
}

func (s *Session) sent(e *entry, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Sent = n
}

func (s *Session) answered(e *entry, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Status = status
}

func (s *Session) received(e *entry, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Received += n
}

func (s *Session) finish(e *entry, word string) {
	s.mu.Lock()
	e.ended, e.Took, e.Error = true, time.Since(e.began), word
	s.mu.Unlock()
	s.broker.count(word)
}
