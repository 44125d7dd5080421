package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
)

const (
	headerIdempotencyKey = "Idempotency-Key"
	// headerReplayed is Stripe's name for it, which clients know; the draft of the IETF has none.
	headerReplayed    = "Idempotent-Replayed"
	maxIdempotencyKey = 255
)

// idempotencyKey reads the key of a request; "" if it has none. The draft makes it a string of RFC 8941, in double quotes; most clients send it without, which is taken as well.
func idempotencyKey(header http.Header) (string, error) {
	values := header[headerIdempotencyKey]
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", fieldError("", "the header Idempotency-Key is there twice")
	}
	key, ok := values[0], true
	if strings.HasPrefix(key, `"`) {
		key, ok = unquote(key)
	}
	switch {
	case !ok || !printable(key):
		return "", fieldError("", "the header Idempotency-Key must be printable ASCII, either plain or as a string in double quotes (RFC 8941, section 3.3.3)")
	case key == "" || len(key) > maxIdempotencyKey:
		return "", fieldError("", "the header Idempotency-Key has 1 to 255 bytes")
	}
	return key, nil
}

// unquote reads a string of RFC 8941, section 3.3.3.
func unquote(text string) (string, bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), i == len(text)-1
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", false
}

func printable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// executeOnce is execute for a call with an idempotency key.
func (s *Server) executeOnce(r *request, call *executeCall) error {
	q := &idempotency.Request{
		Tenant: r.tenant, Scope: []string{string(call.request.Flow), string(call.request.Slot)}, Key: call.request.IdempotencyKey, Body: call.request.Body,
	}
	answer, replayed, err := s.config.Answers.Do(r.context(), q, func(ctx context.Context) (done idempotency.Done, err error) {
		call.request.Accept = func(_ context.Context, d deliveries.Delivery) error {
			done.Keep = func(ctx context.Context, a idempotency.Answer, b idempotency.Bounds) (idempotency.Kept, error) {
				return s.config.Deliveries.AcceptAnswered(ctx, d, a, b)
			}
			return nil
		}
		var out bytes.Buffer // which the store and other requests read, and which is therefore not used again
		done.Status, err = s.decide(ctx, call, &out)
		done.Content = out.Bytes()
		return done, err
	})
	if err != nil {
		return err
	}
	if replayed {
		r.Response().Header().Set(headerReplayed, "true")
	}
	return writeBytes(r, answer.Status, echo.MIMEApplicationJSON, answer.Content)
}
