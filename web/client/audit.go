package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/durward/durward/web/api"
)

// EditFilter picks edits. The zero value picks all.
type EditFilter struct {
	From   time.Time // at or after
	To     time.Time // before; zero: no bound
	Flow   string
	Action string
	Type   string // for example flow.action_attached
}

// ExecutionFilter picks execute calls. The zero value picks all.
type ExecutionFilter struct {
	From     time.Time // at or after
	To       time.Time // before; zero: no bound
	Flow     string
	Action   string // that ran
	Outcome  string // a kind, or failed: an action failed
	Run      string // the id, which stands in the audit, and not the token
	Request  string // request.id, as it was sent
	User     string // user.id, as it was sent
	Delivery string // the attempts at this one
}

// Edits returns the method that lists the edits, newest first, for one page or for [All].
func (t *Tenant) Edits(f EditFilter) Lister[api.Event] {
	return history[api.Event](t, "edits", f.From, f.To, map[string]string{"flow": f.Flow, "action": f.Action, "type": f.Type})
}

// Executions returns the method that lists the execute calls, newest first, for one page or for [All].
func (t *Tenant) Executions(f ExecutionFilter) Lister[api.Record] {
	return history[api.Record](t, "executions", f.From, f.To, f.names())
}

func (f *ExecutionFilter) names() map[string]string {
	return map[string]string{
		"flow": f.Flow, "action": f.Action, "outcome": f.Outcome, "run": f.Run, "request": f.Request, "user": f.User, "delivery": f.Delivery,
	}
}

// query has what the filter picks by, its times aside.
func (f *ExecutionFilter) query() url.Values {
	q := url.Values{}
	setNames(q, f.names())
	return q
}

func history[T any](t *Tenant, name string, from, to time.Time, filter map[string]string) Lister[T] {
	return func(ctx context.Context, page Page) (api.List[T], error) {
		q := page.query()
		setTime(q, "from", from)
		setTime(q, "to", to)
		setNames(q, filter)
		return call[api.List[T]](ctx, t.client, request{method: http.MethodGet, path: t.path("audit", name), query: q})
	}
}

// setNames sets what is there.
func setNames(q url.Values, names map[string]string) {
	for name, value := range names {
		if value != "" {
			q.Set(name, value)
		}
	}
}

func setTime(q url.Values, name string, t time.Time) {
	if !t.IsZero() {
		q.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}
