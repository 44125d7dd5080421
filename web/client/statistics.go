package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/durward/durward/web/api"
)

// StatisticsQuestion asks how calls or executions went.
type StatisticsQuestion struct {
	By     string    // action or version (executions), flow, slot or revision (calls); empty: flow
	Flow   string    // calls only
	Action string    // executions only
	From   time.Time // zero: a day before To
	To     time.Time // zero: now
	// Step is how long each point is, a multiple of five minutes. Zero: the least that makes at most 288 points.
	Step time.Duration
}

// Statistics tells how calls or executions went over time.
func (t *Tenant) Statistics(ctx context.Context, q StatisticsQuestion) (api.Statistics, error) {
	query := url.Values{}
	setTime(query, "from", q.From)
	setTime(query, "to", q.To)
	setNames(query, map[string]string{"by": q.By, "flow": q.Flow, "action": q.Action})
	if q.Step > 0 {
		query.Set("step", strconv.FormatInt(int64(q.Step/time.Second), 10))
	}
	return call[api.Statistics](ctx, t.client, request{method: http.MethodGet, path: t.path("statistics"), query: query})
}
