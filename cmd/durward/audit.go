package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type auditCommand struct {
	Edits      auditEdits      `cmd:"" help:"Who changed what, newest first."`
	Executions auditExecutions `cmd:"" help:"What ran and how it ended, newest first."`
}

// period is the part of a history that is asked for.
type period struct {
	From moment `placeholder:"TIME" help:"At this time or later: 2026-01-31, 2026-01-31T12:00:00Z, or 24h for a day ago."`
	To   moment `placeholder:"TIME" help:"Before this time."`
}

// moment is a point in time on the command line.
type moment struct{ time.Time }

// UnmarshalText reads a date, a time (RFC 3339), or how long ago.
func (m *moment) UnmarshalText(text []byte) error {
	s := string(text)
	if ago, err := time.ParseDuration(s); err == nil {
		m.Time = time.Now().Add(-ago)
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			m.Time = t
			return nil
		}
	}
	return fmt.Errorf("%q is no time: say 2026-01-31, 2026-01-31T12:00:00Z, or 24h for a day ago", s)
}

type auditEdits struct {
	tenantConnection
	limit
	period
	Flow   string `help:"Of this flow."`
	Action string `help:"About this action."`
	Type   string `placeholder:"TYPE" help:"Of this type, for example flow.action_attached."`
}

func (c *auditEdits) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	filter := client.EditFilter{From: c.From.Time, To: c.To.Time, Flow: c.Flow, Action: c.Action, Type: c.Type}
	events, err := collect(ctx, tenant.Edits(filter), c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, events, []string{"#", "TIME", "BY", "WHAT", "ABOUT"}, func(e api.Event) []string {
		return []string{fmt.Sprint(e.Sequence), when(e.Time), e.Actor.Name, e.Type, about(&e)}
	})
}

// about names what was edited.
func about(e *api.Event) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	action := e.Action
	if e.Version != "" {
		action += "@" + e.Version
	}
	add("action", action)
	add("flow", e.Flow)
	add("slot", e.Slot)
	add("method", e.Method)
	add("attachment", e.Attachment)
	if e.Revision != 0 {
		add("revision", fmt.Sprint(e.Revision))
	}
	add("subject", e.Subject)
	return dash(strings.Join(parts, ", "))
}

type auditExecutions struct {
	tenantConnection
	limit
	period
	Flow     string `help:"Of this flow."`
	Action   string `help:"In which this action ran."`
	Outcome  string `placeholder:"KIND" help:"With this answer: continue, block, demand_mfa or redirect; failed: an action failed; none: the caller got no answer."`
	RunID    string `name:"run" placeholder:"ID" help:"Of the run with this id. All calls of one sign-in have the same."`
	Request  string `placeholder:"ID" help:"With this request.id, as the login system sent it."`
	User     string `placeholder:"ID" help:"With this user.id, as the login system sent it."`
	Delivery string `placeholder:"ID" help:"The attempts at this delivery."`
	Follow   bool   `short:"f" help:"Go on, with what runs from now on, until interrupted."`
}

func (c *auditExecutions) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	filter := client.ExecutionFilter{
		From: c.From.Time, To: c.To.Time, Flow: c.Flow, Action: c.Action, Outcome: c.Outcome, Run: c.RunID, Request: c.Request, User: c.User, Delivery: c.Delivery,
	}
	if c.Follow {
		if !c.From.IsZero() || !c.To.IsZero() {
			return errors.New("--follow shows what runs from now on: leave out --from and --to")
		}
		return c.follow(ctx, s, tenant.Follow(ctx, filter))
	}
	records, err := collect(ctx, tenant.Executions(filter), c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, records, executionHeader, executionRow)
}

var executionHeader = []string{"TIME", "TRIGGER", "FLOW", "USER", "ANSWER", "TOOK", "ACTIONS"}

func executionRow(r api.Record) []string {
	answer := r.Outcome
	if r.Code != "" {
		answer += " (" + r.Code + ")"
	}
	if r.Attempt > 1 {
		answer += fmt.Sprintf(" (attempt %d)", r.Attempt)
	}
	return []string{when(r.Time), r.Trigger, fmt.Sprintf("%s@%d", r.Flow, r.Revision), dash(r.User), answer, micros(r.DurationUS), dash(ran(r.Actions))}
}

// follow prints a line for each call; with -o json a JSON value.
func (c *auditExecutions) follow(ctx context.Context, s streams, calls iter.Seq2[api.Record, error]) error {
	for record, err := range calls {
		unreachable := errors.As(err, new(*client.UnreachableError))
		switch {
		case ctx.Err() != nil:
			return nil
		case unreachable, errors.Is(err, client.ErrMissed):
			fmt.Fprintf(s.err, "durward: %v\n", err)
		case err != nil:
			return err
		case c.JSON == outputJSON:
			if err := json.NewEncoder(s.out).Encode(record); err != nil {
				return err
			}
		default:
			cells := executionRow(record)
			for i := range cells {
				cells[i] = oneLine(cells[i])
			}
			if _, err := fmt.Fprintln(s.out, strings.Join(cells, "  ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxCell is the longest message in a table; -o json has all of it.
const maxCell = 80

func ran(list []api.ExecutedDetail) string {
	var parts []string
	for _, x := range list {
		text := x.Action + "@" + x.Version
		if x.Skipped {
			text += " skipped"
		}
		if x.Failure != nil {
			text += " failed: " + clip(x.Failure.Message, maxCell)
		}
		if n := len(x.Requests); n > 0 {
			text += fmt.Sprintf(" (%d requests)", n)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
