package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/durward/durward/web/api"
)

type progressKey struct{}

// WithProgress returns a context with which calls that may take long tell how far the server is: those that create, save, upgrade, run, publish or verify an action. report is called during
// the call, on its goroutine; the call waits for it, and the server's work does not.
func WithProgress(ctx context.Context, report func(api.Progress)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// progressOf is nil if nobody wants to know.
func progressOf(ctx context.Context) func(api.Progress) {
	report, _ := ctx.Value(progressKey{}).(func(api.Progress))
	return report
}

// lastEvent reads an answer that tells of progress first, and returns the answer itself. The error is a [*Problem] if that is what comes in its place.
func lastEvent(body io.Reader, report func(api.Progress)) (json.RawMessage, error) {
	for events := json.NewDecoder(body); ; {
		var e api.StreamEvent
		switch err := events.Decode(&e); {
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case e.Problem != nil:
			if e.Problem.Title == "" {
				e.Problem.Title = fmt.Sprintf("%d %s", e.Problem.Status, http.StatusText(e.Problem.Status))
			}
			return nil, refusal(e.Problem, time.Second) // there is no header any more
		case e.Answer != nil:
			_, _ = io.Copy(io.Discard, body) // to the end, so that the connection can be used again
			return e.Answer, nil
		case e.Progress != nil && report != nil:
			report(*e.Progress)
		}
	}
}
