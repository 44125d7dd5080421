package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
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

// executeCall is an execute call whose body has been read.
type executeCall struct {
	began   time.Time
	request versions.Request
}

func (s *Server) execute(r *request) (any, error) {
	began := time.Now()
	key, err := idempotencyKey(r.Request().Header)
	if err != nil {
		return nil, err
	}
	buffers := s.scratch.Get().(*scratch)
	if buffers.in, err = r.readBody(buffers.in, s.config.MaxCall); err != nil {
		return nil, err
	}
	call := &executeCall{began, versions.Request{
		Tenant: r.tenant, Flow: r.flow(), Slot: contract.SlotName(r.Param("slot")), Body: buffers.in, IdempotencyKey: key, Pass: r.Request().Header.Get(headerCohort),
	}}
	if key != "" {
		// The buffers are not put back: next to a write to disk, new ones cost nothing.
		return nil, s.executeOnce(r, call)
	}
	status, err := s.decide(r.context(), call, &buffers.out)
	if err != nil {
		// The buffers are not put back: an execution that was given up may still be about to read the body.
		return nil, err
	}
	// The answer may share memory with the body, so it is written before the buffers go back.
	if err := writeBytes(r, status, echo.MIMEApplicationJSON, buffers.out.Bytes()); err != nil {
		return nil, err
	}
	if cap(buffers.in) <= maxKept && buffers.out.Cap() <= maxKept {
		buffers.out.Reset()
		s.scratch.Put(buffers)
	}
	return nil, nil
}

// decide executes the call and writes the answer to out.
func (s *Server) decide(ctx context.Context, call *executeCall, out *bytes.Buffer) (status int, err error) {
	response, err := s.config.Executor.Execute(ctx, call.request)
	if err != nil {
		return 0, err
	}
	s.metrics.executed(&response, time.Since(call.began))
	answer := answerOf(&response, string(call.request.Flow))
	if err := json.MarshalWrite(out, &answer); err != nil {
		return 0, fmt.Errorf("encode answer: %w", err)
	}
	out.WriteByte('\n')
	if response.Delivery != "" {
		return http.StatusAccepted, nil
	}
	return http.StatusOK, nil
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
		Delivery:   response.Delivery,
		Flow:       api.FlowAt{Slug: flow, Revision: response.Revision, Cohort: response.Cohort.String(), Recalled: response.Recalled},
		Actions:    make([]api.Executed, len(response.Answer.Executions)),
	}
	for i := range response.Answer.Executions {
		answer.Actions[i] = executedOf(&response.Answer.Executions[i])
	}
	return answer
}

func executedOf(e *runtime.Execution) api.Executed {
	out := api.Executed{Slug: e.Step.Action, Version: e.Step.Version, Skipped: e.Skipped, Resumed: e.Resumed, Kind: string(e.Kind), DurationUS: e.Took.Microseconds()}
	if e.Result.Failure != nil {
		out.Failure = string(e.Result.Failure.Kind)
	}
	return out
}
