package hostile

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// Where all actions of this package are attached.
const (
	kind    = "login"
	slot    = "after"
	trigger = kind + "." + slot
	number  = "1.0.0"
)

var user = map[string]any{"id": "u1", "email": "ada@example.com", "groups": []string{"b", "a"}}

// Honest is a tenant with one action whose right answer is known. It is safe for concurrent use.
type Honest struct {
	tenant *client.Tenant
}

// witness uses what hostile programs poison, and answers with what it saw.
//
//go:embed witness.js
var witness string

const witnessFlow = "witness"

// NewHonest creates the tenant id and its action.
func NewHonest(ctx context.Context, operator *client.Client, id string) (*Honest, error) {
	if _, err := operator.CreateTenant(ctx, api.NewTenant{ID: id}); err != nil {
		return nil, err
	}
	h := &Honest{tenant: operator.Tenant(id)}
	_, err := h.tenant.CreateAction(ctx, api.NewAction{Slug: witnessFlow, Source: api.Source{Files: module(witness), Triggers: []string{trigger}}})
	if err != nil {
		return nil, err
	}
	if _, err := h.tenant.Publish(ctx, witnessFlow, api.Publication{Number: number}); err != nil {
		return nil, err
	}
	return h, h.attach(ctx, witnessFlow, 0)
}

// attach makes a flow in which one action is attached. A timeout of 0 is the default.
func (h *Honest) attach(ctx context.Context, slug string, timeoutMS int) error {
	attached := api.Attachment{Action: slug, Version: number, TimeoutMS: timeoutMS}
	_, err := h.tenant.CreateFlow(ctx, api.NewFlow{Slug: slug, Kind: kind, Slots: map[string]api.Slot{slot: {Default: []api.Attachment{attached}}}})
	return err
}

// Call executes the honest action and returns what is wrong with the answer. A server that is busy is wrong too.
func (h *Honest) Call(ctx context.Context, n int) error {
	a, err := h.tenant.Execute(ctx, client.Execution{Flow: witnessFlow, Slot: slot, Call: api.Call{User: user, State: map[string]int{"n": n}}})
	if err != nil {
		return err
	}
	if a.Kind != "continue" || string(a.Claims.IDToken["sum"]) != fmt.Sprint(2*n+1) || string(a.Claims.IDToken["wrong"]) != "[]" {
		text, _ := json.Marshal(a)
		return fmt.Errorf("the honest action was answered %s", text)
	}
	return nil
}

// CallPatiently is Call for the tenant of the hostile programs: it may be told that the server is busy with what it does itself.
func (h *Honest) CallPatiently(ctx context.Context, n int) error {
	return patiently(ctx, func() error { return h.Call(ctx, n) })
}
