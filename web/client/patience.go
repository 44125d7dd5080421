package client

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Wait is a wait of a call that the server has refused for now.
type Wait struct {
	Problem *Problem      // with the status 429 or 503
	For     time.Duration // until the call is made again
}

type patienceKey struct{}

type patience struct {
	limit  time.Duration
	report func(Wait)
}

// WithPatience returns a context with which a call that is refused with 429 or 503 is made again after the time that the server asks for, and after longer ones if that does not suffice. A call waits no longer than limit in all, and returns
// the last refusal where more would be needed. report is told before each wait. It is meant for tools: a login system has a user who waits.
func WithPatience(ctx context.Context, limit time.Duration, report func(Wait)) context.Context {
	return context.WithValue(ctx, patienceKey{}, patience{limit, report})
}

// refused is a problem with the time after which the server wants to be asked again, zero if it does not say.
type refused struct {
	*Problem
	after time.Duration
}

func (e *refused) Unwrap() error { return e.Problem }

// refusal is p, with the time after which the call may be made again if it is refused only for now.
func refusal(p *Problem, after time.Duration) error {
	if p.Status != http.StatusTooManyRequests && p.Status != http.StatusServiceUnavailable {
		return p
	}
	return &refused{p, after}
}

// retryAfter reads the header of that name. A date, which only others than Durward send, is as good as none.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > int(time.Hour/time.Second) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// call makes a call, again if it is refused for now and the context says so. With an error there is no answer, not even a part of one.
func call[T any](ctx context.Context, c *Client, r request) (T, error) {
	p, _ := ctx.Value(patienceKey{}).(patience)
	left, least := p.limit, time.Duration(0)
	for {
		answer, err := callOnce[T](ctx, c, r)
		var refusal *refused
		if !errors.As(err, &refusal) {
			return answer, err
		}
		wait := min(max(refusal.after, least), left)
		if wait == 0 || refusal.after == 0 || wait < refusal.after || !sleep(ctx, wait, func() { p.report(Wait{refusal.Problem, wait}) }) {
			return answer, refusal.Problem
		}
		left, least = left-wait, 2*wait
	}
}

// sleep waits, and says whether the context let it. It does not begin to where the context would not.
func sleep(ctx context.Context, wait time.Duration, begin func()) bool {
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) < wait {
		return false
	}
	begin()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
