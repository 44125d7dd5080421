package web

import (
	"bytes"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

// maxKept is the largest buffer that is kept for the next call.
const maxKept = 64 << 10

// scratch is the memory of one execute call, which the next one uses again.
type scratch struct {
	in  []byte
	out bytes.Buffer
}

const headerIdempotencyKey = "Idempotency-Key"

func (s *Server) execute(r *request) (any, error) {
	began := time.Now()
	key := r.Request().Header.Get(headerIdempotencyKey)
	if len(key) > 255 {
		return nil, fieldError("", "the header Idempotency-Key has at most 255 bytes")
	}
	buffers := s.scratch.Get().(*scratch)
	var err error
	if buffers.in, err = r.readBody(buffers.in, s.config.MaxCall); err != nil {
		return nil, err
	}
	response, err := s.config.Executor.Execute(r.context(), versions.Request{
		Tenant: r.tenant, Flow: r.flow(), Slot: contract.SlotName(r.Param("slot")), Body: buffers.in, IdempotencyKey: key,
	})
	if err != nil {
		// The buffers are not put back: an execution that was given up may still be about to read the body.
		return nil, err
	}
	s.metrics.executed(&response, time.Since(began))
	// The answer may share memory with the body, so it is written before the buffers go back.
	if err := s.writeAnswer(r, &response, &buffers.out); err != nil {
		return nil, err
	}
	if cap(buffers.in) <= maxKept && buffers.out.Cap() <= maxKept {
		buffers.out.Reset()
		s.scratch.Put(buffers)
	}
	return nil, nil
}

func (s *Server) writeAnswer(r *request, response *versions.Response, out *bytes.Buffer) error {
	answer := answerOf(response, string(r.flow()))
	if err := json.MarshalWrite(out, &answer); err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	out.WriteByte('\n')
	return writeBytes(r, r.route.success(), echo.MIMEApplicationJSON, out.Bytes())
}

// answerOf leaves out the outcome's reason: it is for the operator, who finds it in the audit, and a login system might show it to the user.
func answerOf(response *versions.Response, flow string) api.Answer {
	o := &response.Answer.Outcome
	answer := api.Answer{
		Run: response.Run, Kind: string(o.Kind), Code: o.Code, Message: o.Message, Field: o.Field, Factors: o.Factors, Enrol: o.Enrol, URL: o.URL, Params: o.Params, Token: response.RedirectToken,
		Claims:     api.Claims{IDToken: o.Claims.IDToken, AccessToken: o.Claims.AccessToken},
		Scopes:     api.Scopes(o.Scopes),
		User:       api.UserChange{Traits: o.User.Traits, UserMetadata: o.User.UserMetadata, AppMetadata: o.User.AppMetadata},
		Session:    api.SessionChange{Metadata: o.Session.Metadata, ExpiresAt: o.Session.ExpiresAt, IdleExpiresAt: o.Session.IdleExpiresAt, Cookie: o.Session.Cookie},
		SAML:       api.SAML{Attributes: o.SAML.Attributes},
		State:      response.Answer.State,
		Directives: o.Directives,
		Flow:       api.FlowAt{Slug: flow, Revision: response.Revision},
		Actions:    make([]api.Executed, len(response.Answer.Executions)),
	}
	for i := range response.Answer.Executions {
		answer.Actions[i] = executedOf(&response.Answer.Executions[i])
	}
	return answer
}

func executedOf(e *runtime.Execution) api.Executed {
	out := api.Executed{Slug: e.Step.Action, Version: e.Step.Version, Kind: string(e.Kind), DurationUS: e.Took.Microseconds()}
	if e.Result.Failure != nil {
		out.Failure = string(e.Result.Failure.Kind)
	}
	return out
}
