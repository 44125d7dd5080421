package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type deliveryCommand struct {
	List    deliveryList    `cmd:"" help:"List the deliveries that wait or run, or the dead letters."`
	Show    deliveryShow    `cmd:"" help:"Show a delivery that is not done, and what the login system sent."`
	Redrive deliveryRedrive `cmd:"" help:"Have dead letters attempted again."`
	Discard deliveryDiscard `cmd:"" help:"Discard dead letters, for ever."`
}

// Help is shown below the summary.
func (deliveryCommand) Help() string {
	return `A call of an asynchronous trigger is a delivery: it is stored, answered at once, and run at least once. What fails is tried again, and what fails too often is a dead letter. How the attempts went is in the audit:

    durward audit executions --delivery ID`
}

type deliveryList struct {
	tenantConnection
	limit
	Dead bool `help:"List the dead letters."`
}

func (c *deliveryList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	source := tenant.Deliveries
	if c.Dead {
		source = tenant.DeadLetters
	}
	list, err := collect(ctx, source, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, list, []string{"DELIVERY", "STATE", "FLOW", "USER", "ACCEPTED", "ATTEMPTS", "DUE", "LAST FAILURE"}, func(d api.Delivery) []string {
		return []string{
			d.ID, d.State, fmt.Sprintf("%s@%d %s", d.Flow, d.Revision, d.Slot), dash(d.User), when(d.AcceptedAt), strconv.Itoa(d.Attempt), when(d.Due), dash(clip(d.Failure, maxCell)),
		}
	})
}

type deliveryShow struct {
	tenantConnection
	ID string `arg:"" help:"The delivery's id, as the answer to the call gave it."`
}

func (c *deliveryShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	d, err := tenant.Delivery(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(s.out, d, func(w io.Writer) {
		facts(w, "delivery", d.ID, "state", d.State, "flow", fmt.Sprintf("%s at revision %d", d.Flow, d.Revision), "slot", d.Slot, "method", d.Method, "user", d.User, "request", d.Request,
			"run", d.Run, "idempotency key", d.IdempotencyKey, "in order", yes(d.InOrder), "accepted", when(d.AcceptedAt), "attempts", strconv.Itoa(d.Attempt), "due", when(d.Due),
			"done", strings.Join(d.Done, " "), "last failure", d.Failure, "state of the run", string(d.RunState), "call", string(d.Call))
	})
}

// deadLetters says which dead letters a command is about.
type deadLetters struct {
	tenantConnection
	ID  []string `arg:"" optional:"" help:"The ids of dead letters."`
	All bool     `help:"All dead letters."`
}

// each does something with each of them. One that is no dead letter, because somebody else was faster, is an error only if it was named.
func (c *deadLetters) each(ctx context.Context, do func(t *client.Tenant, id string) error) (n int, err error) {
	tenant, err := c.tenant()
	if err != nil {
		return 0, err
	}
	if c.All == (len(c.ID) > 0) {
		return 0, &usageError{"which dead letters? Name their ids, or say --all"}
	}
	ids := c.ID
	if c.All {
		list, err := collect(ctx, tenant.DeadLetters, limit{})
		if err != nil {
			return 0, err
		}
		for _, d := range list {
			ids = append(ids, d.ID)
		}
	}
	for _, id := range ids {
		err := do(tenant, id)
		var p *client.Problem
		if c.All && errors.As(err, &p) && p.Code == "not_found" {
			continue
		}
		if err != nil {
			return n, fmt.Errorf("dead letter %s, after %d others: %w", id, n, err)
		}
		n++
	}
	return n, nil
}

type deliveryRedrive struct {
	deadLetters
	Live bool `help:"At the flow's live revision, for example because that one has the error corrected. Default: at the revision at which the call was accepted."`
}

func (c *deliveryRedrive) Run(ctx context.Context, s streams) error {
	redriven := []api.Delivery{}
	n, err := c.each(ctx, func(t *client.Tenant, id string) error {
		d, err := t.RedriveDeadLetter(ctx, id, api.Redrive{Live: c.Live})
		if err == nil {
			redriven = append(redriven, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.show(s.out, api.List[api.Delivery]{Items: redriven}, func(w io.Writer) { fmt.Fprintf(w, "Redriven: %d.\n", n) })
}

type deliveryDiscard struct{ deadLetters }

func (c *deliveryDiscard) Run(ctx context.Context, s streams) error {
	discarded := []api.Delivery{}
	n, err := c.each(ctx, func(t *client.Tenant, id string) error {
		d, err := t.DiscardDeadLetter(ctx, id)
		if err == nil {
			discarded = append(discarded, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.show(s.out, api.List[api.Delivery]{Items: discarded}, func(w io.Writer) { fmt.Fprintf(w, "Discarded: %d.\n", n) })
}
