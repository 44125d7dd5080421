package client_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// refusing refuses so many requests with a status and a Retry-After, and answers those behind them.
type refusing struct {
	times, status int
	after         string
	asked         int
}

func (r *refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	r.asked++
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"kind":"continue"}`)), Request: q}
	if r.asked <= r.times {
		answer.StatusCode = r.status
		answer.Header = http.Header{"Content-Type": {api.ProblemType}, "Retry-After": {r.after}}
		answer.Body = io.NopCloser(strings.NewReader(`{"title":"The server is busy","code":"busy","status":` + strconv.Itoa(r.status) + `}`))
	}
	return answer, nil
}

func TestPatience(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		refusing
		limit    time.Duration
		deadline time.Duration
		waits    []time.Duration
		refused  bool
	}{
		"none":                               {refusing: refusing{times: 1, status: 503, after: "1"}, refused: true},
		"until it is answered":               {refusing: refusing{times: 3, status: 503, after: "1"}, limit: 30 * time.Second, waits: []time.Duration{1e9, 2e9, 4e9}},
		"429 too":                            {refusing: refusing{times: 1, status: 429, after: "5"}, limit: 30 * time.Second, waits: []time.Duration{5e9}},
		"no longer than allowed":             {refusing: refusing{times: 99, status: 503, after: "1"}, limit: 10 * time.Second, waits: []time.Duration{1e9, 2e9, 4e9, 3e9}, refused: true},
		"not where the server asks for more": {refusing: refusing{times: 1, status: 503, after: "60"}, limit: 10 * time.Second, refused: true},
		"not past the deadline":              {refusing: refusing{times: 1, status: 503, after: "5"}, limit: 10 * time.Second, deadline: 3 * time.Second, refused: true},
		"not without a time":                 {refusing: refusing{times: 1, status: 503, after: ""}, limit: 10 * time.Second, refused: true},
		"not where a date is sent":           {refusing: refusing{times: 1, status: 503, after: "Fri, 20 Nov 2026 09:30:00 GMT"}, limit: 10 * time.Second, refused: true},
		"not below zero":                     {refusing: refusing{times: 1, status: 503, after: "-1"}, limit: 10 * time.Second, refused: true},
		"not for what stays wrong":           {refusing: refusing{times: 1, status: 409, after: "1"}, limit: 10 * time.Second, refused: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var waits []time.Duration
				ctx := t.Context()
				if c.limit > 0 {
					ctx = client.WithPatience(ctx, c.limit, func(w client.Wait) {
						require.Equal(t, "busy", w.Problem.Code)
						waits = append(waits, w.For)
					})
				}
				if c.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				began := time.Now()
				answer, err := client.New("http://durward.test", "", client.Options{Transport: &c.refusing}).Tenant("acme").Execute(ctx, client.Execution{Flow: "login", Slot: "after"})
				var waited time.Duration
				for _, w := range waits {
					waited += w
				}
				require.Equal(t, c.waits, waits)
				require.Equal(t, waited, time.Since(began))
				require.Equal(t, len(waits)+1, c.asked)
				if !c.refused {
					require.NoError(t, err)
					require.Equal(t, "continue", answer.Kind)
					return
				}
				problem := &client.Problem{}
				require.ErrorAs(t, err, &problem)
				require.Equal(t, c.status, problem.Status)
			})
		})
	}
}
