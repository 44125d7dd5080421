package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type executeCommand struct {
	tenantConnection
	Flow           string `arg:"" help:"The flow's slug."`
	Slot           string `arg:"" help:"The slot, for example after."`
	Event          string `default:"{}" placeholder:"FILE|-|JSON" help:"What the login system sends."`
	Call           string `name:"run" placeholder:"TOKEN" help:"The run that the call belongs to, as the answer before it gave it. Default: a new one."`
	Resume         string `placeholder:"FILE|-|JSON" help:"Go on behind a redirect or a second factor: what came back with the user, which the action gets as input.resume; {} if there is nothing."`
	IdempotencyKey string `placeholder:"KEY" help:"Names the call: repeated with the same key and event, it gets the same answer and nothing runs twice. Actions see it."`
	Pass           string `placeholder:"PASS" help:"Sends a run that begins with the call to a cohort of the rollout; \"rollout pass\" makes one."`
}

// Help is shown below the summary.
func (executeCommand) Help() string {
	return `It needs a key with the role execute (or admin), and is recorded in the audit like any other call.

    durward execute login after --event '{"user": {"id": "u1", "email": "ada@example.com"}}'

The exit code is 0 whatever the decision is.`
}

func (c *executeCommand) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	event, err := readJSON("--event", c.Event, s)
	if err != nil {
		return err
	}
	if event, err = withMember(event, "run", c.Call); err != nil {
		return err
	}
	if c.Resume != "" {
		back, err := readJSON("--resume", c.Resume, s)
		if err != nil {
			return err
		}
		if event, err = withMember(event, "resume", back); err != nil {
			return err
		}
	}
	a, err := tenant.Execute(ctx, client.Execution{Flow: c.Flow, Slot: c.Slot, Body: event, IdempotencyKey: c.IdempotencyKey, Pass: c.Pass})
	if err != nil {
		return err
	}
	return c.show(s.out, a, func(w io.Writer) { printAnswer(w, &a) })
}

// withMember puts a member into the event, of which everything else stays as it was written. An empty text is none.
func withMember(event json.RawMessage, name string, value any) (json.RawMessage, error) {
	if value == "" {
		return event, nil
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(event, &members); err != nil {
		return nil, &usageError{"--event is not an object"}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	members[name] = text
	return json.Marshal(members)
}

func printAnswer(w io.Writer, a *api.Answer) {
	facts(w, "decision", a.Kind, "code", a.Code, "message", a.Message, "field", a.Field, "factors", strings.Join(a.Factors, " "), "enrol", yes(a.Enrol),
		"url", a.URL, "params", effect(a.Params), "token", a.Token,
		"claims", effect(a.Claims), "scopes", effect(a.Scopes), "user", effect(a.User), "session", effect(a.Session), "saml", effect(a.SAML),
		"state", effect(a.State), "directives", effect(a.Directives),
		"flow", fmt.Sprintf("%s at revision %d", a.Flow.Slug, a.Flow.Revision), "cohort", a.Flow.Cohort, "recalled", revisionOrNone(a.Flow.Recalled), "run", a.Run, "delivery", a.Delivery, "replayed", yes(a.Replayed))
	if a.Delivery != "" {
		return // it will be run
	}
	if len(a.Actions) == 0 {
		fmt.Fprintln(w, "No action ran.")
		return
	}
	fmt.Fprintln(w)
	t := newTable(w, "ACTION", "ANSWER", "TOOK")
	for _, x := range a.Actions {
		if x.Skipped {
			t.row(x.Slug+"@"+x.Version, "skipped: its condition is false", "-")
			continue
		}
		answer := answerOrFailure(x.Kind, x.Failure)
		if x.Resumed {
			answer += " (resumed)"
		}
		t.row(x.Slug+"@"+x.Version, answer, micros(x.DurationUS))
	}
	_ = t.flush()
}

func revisionOrNone(number int) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("revision %d, which the run had", number)
}

func answerOrFailure(kind, failure string) string {
	if failure != "" {
		return "failed: " + failure
	}
	return kind
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// effect is the JSON of a part of an answer, or "" if there is nothing in it.
func effect(part any) string {
	text, err := json.Marshal(part)
	if s := string(text); err != nil || s == "{}" || s == "null" {
		return ""
	}
	return string(text)
}
