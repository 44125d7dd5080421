package web

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/durward/durward/progress"
	"github.com/durward/durward/web/api"
)

// wantsEvents says whether the client asks for progress.
func wantsEvents(q *http.Request) bool {
	for _, header := range q.Header.Values(echo.HeaderAccept) {
		for part := range strings.SplitSeq(header, ",") {
			media, parameters, err := mime.ParseMediaType(part)
			weight := parameters["q"]
			if err == nil && media == api.EventsType && (weight == "" || strings.Trim(weight, "0.") != "") {
				return true
			}
		}
	}
	return false
}

// answerWithEvents answers a request whose client asks for progress. What is refused before there is any to tell of is refused as it is without.
func (s *Server) answerWithEvents(r *request) error {
	original := r.Request()
	ctx, cancel := context.WithCancel(original.Context())
	defer cancel()
	e := &events{to: r.Response(), cancel: cancel}
	defer e.end() // also if there is a panic
	// The response is e's while there is work. Headers that the work has for it can still be sent if there was nothing to tell of.
	kept := keptHeader{}
	r.SetRequest(original.WithContext(progress.Watch(ctx, e.report)))
	r.SetResponse(echo.NewResponse(kept, s.echo))
	answer, err := r.route.handle(s, r)
	sent := e.end()
	r.SetRequest(original)
	r.SetResponse(e.to)
	maps.Copy(e.to.Header(), kept.Header())
	if err != nil && (!sent || original.Context().Err() != nil) {
		return err
	}
	last := api.StreamEvent{}
	if err != nil {
		p := s.problem(r.Context, err)
		last.Problem = &p
	} else if last.Answer, err = json.Marshal(answer, json.Deterministic(true)); err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	err = e.write(last)
	if last.Problem != nil {
		r.Response().Status = last.Problem.Status // for log and metrics
	}
	return err
}

// keptHeader is a response of which only the header is of interest.
type keptHeader http.Header

func (k keptHeader) Header() http.Header         { return http.Header(k) }
func (k keptHeader) Write(b []byte) (int, error) { return len(b), nil }
func (k keptHeader) WriteHeader(int)             {}

// events is an answer that is a list of events. The work is never kept waiting for a client that reads slowly: what comes meanwhile is kept, up to maxPending steps, of which the oldest go first.
type events struct {
	to     *echo.Response
	cancel context.CancelFunc // of the work, when nobody can read about it any more

	mu      sync.Mutex
	pending []progress.Step
	wake    chan struct{} // nil until there was a step
	ended   bool
	done    chan struct{} // closed when the goroutine that sends has ended
}

const (
	maxPending = 64
	// sendTime is how long a client may take to read what it was sent. It takes the place of the server's time for a whole answer.
	sendTime = 30 * time.Second
)

// report is called by those who work.
func (e *events) report(s progress.Step) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return
	}
	if e.wake == nil {
		e.wake, e.done = make(chan struct{}, 1), make(chan struct{})
		go e.send()
	}
	switch n := len(e.pending); {
	case n > 0 && e.pending[n-1].Stage == s.Stage && e.pending[n-1].Package == s.Package:
		e.pending = e.pending[:n-1] // outdated
	case n == maxPending:
		e.pending = append(e.pending[:0], e.pending[1:]...)
	}
	e.pending = append(e.pending, s)
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// send sends what is pending until the end.
func (e *events) send() {
	defer close(e.done)
	for range e.wake {
		e.mu.Lock()
		steps := e.pending
		e.pending = nil
		e.mu.Unlock()
		list := each(steps, func(s progress.Step) api.StreamEvent {
			return api.StreamEvent{Progress: &api.Progress{Stage: string(s.Stage), Package: s.Package, Done: s.Done, Total: s.Total, Bytes: s.Bytes}}
		})
		if err := e.write(list...); err != nil {
			e.cancel()
			return
		}
	}
}

// end waits until what was reported has been sent, and says whether there was anything. Nothing is taken from then on.
func (e *events) end() (sent bool) {
	e.mu.Lock()
	if !e.ended && e.wake != nil {
		close(e.wake)
	}
	e.ended = true
	e.mu.Unlock()
	if e.done != nil {
		<-e.done
	}
	return e.done != nil
}

// write sends events at once.
func (e *events) write(list ...api.StreamEvent) error {
	var text []byte
	for _, event := range list {
		line, err := json.Marshal(event, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("encode event: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	control := http.NewResponseController(e.to)
	_ = control.SetWriteDeadline(time.Now().Add(sendTime)) // not every server has one to set
	if !e.to.Committed {
		e.to.Header().Set(echo.HeaderContentType, api.EventsType)
		e.to.Header().Set("X-Accel-Buffering", "no") // proxies of nginx's kind would keep the events until the end
		e.to.WriteHeader(http.StatusOK)
	}
	if _, err := e.to.Write(text); err != nil {
		return err
	}
	return control.Flush()
}
