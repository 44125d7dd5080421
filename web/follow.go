package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

const (
	eventStream       = "text/event-stream"
	headerLastEventID = "Last-Event-ID"

	// followTime is how long a stream goes on. A client that wants more connects again, and has its key looked at again.
	followTime = 10 * time.Minute
	// followPulse is how often an idle stream shows that it is alive, to the client and to what is between.
	followPulse = 15 * time.Second
	// replayed is how many records a client that connects again gets of those that it has missed.
	replayed = 1000
	// longestCall is more than a call takes: how much later than its time, which is when it began, a record can be stored.
	longestCall = 30 * time.Second
	// tenantFollows and allFollows are how many may follow at a time.
	tenantFollows, allFollows = 20, 500
)

// follows counts who follows.
type follows struct {
	mu      sync.Mutex
	tenants map[catalog.TenantID]int
	all     int
}

// enter returns errTenantBusy if there are too many already. The caller must leave.
func (f *follows) enter(tenant catalog.TenantID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tenants[tenant] >= tenantFollows || f.all >= allFollows {
		return errTenantBusy
	}
	if f.tenants == nil {
		f.tenants = make(map[catalog.TenantID]int)
	}
	f.tenants[tenant]++
	f.all++
	return nil
}

func (f *follows) leave(tenant catalog.TenantID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all--
	if f.tenants[tenant]--; f.tenants[tenant] == 0 {
		delete(f.tenants, tenant)
	}
}

// followExecutions sends records until the client goes, the server stops, or followTime is over.
func (s *Server) followExecutions(r *request) (any, error) {
	filter := audit.Filter{Flow: r.QueryParam("flow"), Action: r.QueryParam("action")}
	if err := r.pick(&filter); err != nil {
		return nil, err
	}
	if _, err := s.config.Catalog.Tenant(r.context(), r.tenant); err != nil {
		return nil, err
	}
	if s.stopping.Load() {
		return nil, errStopping
	}
	if err := s.follows.enter(r.tenant); err != nil {
		return nil, err
	}
	defer s.follows.leave(r.tenant)
	ctx, cancel := context.WithTimeout(r.context(), followTime)
	defer cancel()
	go func() {
		select {
		case <-s.stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	follower := s.config.Recorder.Follow(string(r.tenant), filter) // before the past is read, so that nothing falls between
	defer follower.Close()
	past, missed, err := s.since(ctx, string(r.tenant), filter, r.Request().Header.Get(headerLastEventID))
	if err != nil {
		return nil, err
	}
	to := &stream{to: r.Response()}
	to.begin()
	for {
		if err := to.send(past, missed); err != nil {
			return nil, err
		}
		wait, stop := context.WithTimeout(ctx, followPulse)
		past, missed, _ = follower.Next(wait) // nothing, if it is only time for a sign of life
		stop()
		if ctx.Err() != nil {
			return nil, nil
		}
	}
}

// since returns the records that were stored after one, oldest first, and some that were stored before. Missed is 1 if there are more than that.
func (s *Server) since(ctx context.Context, tenant string, filter audit.Filter, last string) (records []audit.Record, missed int, err error) {
	began, ok := beganAt(last)
	if !ok {
		return nil, 0, nil
	}
	filter.From = began.Add(-longestCall)
	for filter.Limit = 200; ; {
		page, next, err := s.config.Recorder.Records(ctx, tenant, filter)
		if err != nil {
			return nil, 0, err
		}
		records = append(records, page...)
		if filter.After = next; next == "" {
			break
		}
		if len(records) >= replayed {
			missed = 1
			break
		}
	}
	slices.Reverse(records)
	return records, missed, nil
}

// beganAt is when the record with an id began, and false for what no record has as its id.
func beganAt(id string) (time.Time, bool) {
	u, err := uuid.Parse(id)
	seconds, nanoseconds := u.Time().UnixTime()
	return time.Unix(seconds, nanoseconds), err == nil && u.Version() == 7
}

// stream is an answer of server-sent events (html.spec.whatwg.org, section 9.2).
type stream struct {
	to   *echo.Response
	text []byte
}

// begin makes the headers ready, and says how soon a client should connect again.
func (s *stream) begin() {
	h := s.to.Header()
	h.Set(echo.HeaderContentType, eventStream)
	h.Set("X-Accel-Buffering", "no") // proxies of nginx's kind would keep the events until the end
	s.to.WriteHeader(http.StatusOK)
	s.text = append(s.text, "retry: 1000\n\n"...)
}

// send sends records, or a sign of life.
func (s *stream) send(records []audit.Record, missed int) error {
	if missed > 0 {
		s.text = fmt.Appendf(s.text, "event: missed\ndata: {\"at_least\":%d}\n\n", missed)
	}
	for i := range records {
		data, err := json.Marshal(recordOf(records[i]), json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("encode record: %w", err)
		}
		s.text = fmt.Appendf(s.text, "event: execution\nid: %s\ndata: %s\n\n", records[i].ID, data)
	}
	if len(s.text) == 0 {
		s.text = append(s.text, ":\n\n"...)
	}
	control := http.NewResponseController(s.to)
	_ = control.SetWriteDeadline(time.Now().Add(sendTime)) // not every server has one to set
	_, err := s.to.Write(s.text)
	s.text = s.text[:0]
	if err != nil {
		return err
	}
	return control.Flush()
}
