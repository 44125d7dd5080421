package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// Player is a tenant that plays programs. It is safe for concurrent use.
type Player struct {
	Honest
	flows atomic.Int64
}

// NewPlayer creates the tenant id, with its honest action.
func NewPlayer(ctx context.Context, operator *client.Client, id string) (*Player, error) {
	h, err := NewHonest(ctx, operator, id)
	if err != nil {
		return nil, err
	}
	return &Player{Honest: *h}, nil
}

// Part is a program that a tenant has attached.
type Part struct {
	*Program
	player *Player
	flow   string
}

// Result is how a host answered one execution.
type Result struct {
	Answer string // a kind of outcome, a kind of failure, or Refused
	Detail string // for people
	State  map[string]json.RawMessage
	Took   time.Duration
}

// Check returns what is wrong with the answer of a host, nil if it is one of those that are allowed.
func (p *Program) Check(r *Result) error {
	if !p.allows(r.Answer) {
		return fmt.Errorf("%s: answered %s (%s), and may only answer %s", p, r.Answer, r.Detail, strings.Join(p.Answers, ", "))
	}
	if r.Answer != "continue" {
		return nil
	}
	for name, want := range p.State {
		if got := r.State[name]; string(got) != string(want) {
			return fmt.Errorf("%s: %s is %.100s, and not %s", p, name, got, want)
		}
	}
	return nil
}

// timeLimit is the kind of failure of what ran out of time.
const timeLimit = "time_limit"

// Late reports whether a program that should have come to another end ran out of time first. On a machine that has too much to do that proves nothing, and the program is to be played again.
func (p *Program) Late(r *Result) bool {
	return r.Answer == timeLimit && !p.allows(r.Answer)
}

// timeout is the budget of a hostile action. One that waits for ever costs the corpus no more than that.
const timeout = time.Second

// Attach publishes a program and attaches it to a flow of its own. The result is not nil if the host refused it.
func (y *Player) Attach(ctx context.Context, p *Program) (*Part, *Result, error) {
	began := time.Now()
	slug := fmt.Sprintf("p%d", y.flows.Add(1))
	_, err := y.tenant.CreateAction(ctx, api.NewAction{Slug: slug, Source: api.Source{Files: p.Files, Entry: "action.js", Triggers: []string{trigger}}})
	if err == nil {
		err = patiently(ctx, func() error {
			_, err := y.tenant.Publish(ctx, slug, api.Publication{Number: number})
			return err
		})
	}
	var refusal *client.Problem
	if errors.As(err, &refusal) && refusal.Status >= http.StatusBadRequest && refusal.Status < http.StatusInternalServerError {
		detail := refusal.Error()
		if len(refusal.Diagnostics) > 0 {
			detail = refusal.Diagnostics[0].Text
		}
		return nil, &Result{Answer: Refused, Detail: refusal.Code + " " + detail, Took: time.Since(began)}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("publish %s: %w", p, err)
	}
	if err := y.attach(ctx, slug, int(timeout.Milliseconds())); err != nil {
		return nil, nil, fmt.Errorf("attach %s: %w", p, err)
	}
	return &Part{Program: p, player: y, flow: slug}, nil, nil
}

// Execute executes the program once. The error says that the host has not decided: it failed, and not the action.
func (p *Part) Execute(ctx context.Context, targets Targets) (*Result, error) {
	began := time.Now()
	var a api.Answer
	err := patiently(ctx, func() (err error) {
		began = time.Now()
		a, err = p.player.tenant.Execute(ctx, client.Execution{Flow: p.flow, Slot: slot, Call: api.Call{User: user, State: targets}})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("execute %s: %w", p.Program, err)
	}
	if len(a.Actions) != 1 {
		return nil, fmt.Errorf("execute %s: %d actions ran", p.Program, len(a.Actions))
	}
	r := &Result{Answer: a.Actions[0].Kind, Took: time.Since(began)}
	if failure := a.Actions[0].Failure; failure != "" {
		r.Answer = failure
		if a.Kind != "block" || a.Code != "action_failed" {
			return nil, fmt.Errorf("execute %s: failed with %s, and was answered %s %s", p.Program, failure, a.Kind, a.Code)
		}
	}
	if err := json.Unmarshal(a.State, &r.State); err != nil {
		return nil, fmt.Errorf("execute %s: state: %w", p.Program, err)
	}
	return r, nil
}

// Explain returns how the program fails, for the author of a test that does: the answer to a call does not say it.
func (p *Part) Explain(ctx context.Context, targets Targets) string {
	event, err := json.Marshal(api.Call{User: user, State: targets})
	if err != nil {
		return err.Error()
	}
	trial, err := p.player.tenant.RunDraft(ctx, p.flow, api.Trial{Event: event})
	switch {
	case err != nil:
		return err.Error()
	case trial.Failure == nil:
		return "it does not fail again"
	}
	text, _ := json.Marshal(trial.Failure)
	return string(text)
}

// Targets are what programs try to reach, as members of the state that they get.
type Targets struct {
	Canary string `json:"canary"` // must not be reached
	Server string `json:"server"` // the API
	Hang   string `json:"hang"`
	Flood  string `json:"flood"`
}

// patiently tries a call again while the server is busy, which it may say to a tenant that keeps it so.
func patiently(ctx context.Context, call func() error) error {
	for {
		err := call()
		var busy *client.Problem
		if err == nil || !errors.As(err, &busy) || busy.Status != http.StatusServiceUnavailable {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
