package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type flowAttach struct {
	tenantConnection
	Flow      string        `arg:"" help:"The flow's slug."`
	Slot      string        `arg:"" help:"The slot, for example after."`
	Pin       string        `arg:"" name:"action@version" help:"The action, and the exact version that is to run."`
	Method    string        `placeholder:"METHOD" help:"Attach it to the list of this authentication method, which runs in place of the slot's default list. Default: the default list."`
	Config    string        `default:"{}" placeholder:"FILE|-|JSON" help:"The action's config, valid against the version's schema."`
	When      string        `placeholder:"EXPRESSION" help:"A condition over the input, in the Common Expression Language; where it is false, the action does not run. For example: input.context.client.id == \"shop\"."`
	Disabled  bool          `help:"Attach it without letting it run yet; \"durward flow enable\" does."`
	OnFailure string        `placeholder:"POLICY" enum:",block,continue" default:"" help:"What happens if the action itself, or its condition, fails: block or continue. Default: block where somebody waits for the answer."`
	Timeout   time.Duration `placeholder:"2s" help:"How long the action may take. Default: 5s."`
	Limits    string        `default:"{}" placeholder:"FILE|-|JSON" help:"The other limits of an execution, each at most what the tenant may have, for example {\"cpu_ms\": 1000, \"requests\": 5}."`
	At        int           `placeholder:"N" help:"The place in the list, from 1. Default: the end."`
	Message   string        `short:"m" help:"What is new."`
}

func (c *flowAttach) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	action, version, ok := strings.Cut(c.Pin, "@")
	if !ok {
		return &usageError{fmt.Sprintf("which version of %s? A pin is exact: say %s@1.0.0; \"durward version list %s\" lists them", c.Pin, c.Pin, c.Pin)}
	}
	a := api.Attachment{Action: action, Version: version, When: c.When, Disabled: c.Disabled, OnFailure: c.OnFailure, TimeoutMS: int(c.Timeout / time.Millisecond)}
	if a.Config, err = readJSON("--config", c.Config, s); err != nil {
		return err
	}
	if a.Limits, err = readLimits("--limits", c.Limits, s); err != nil {
		return err
	}
	r, err := edit(ctx, tenant, c.Flow, c.Message, func(slots map[string]api.Slot) error {
		return attach(slots, c.Slot, c.Method, c.At, a)
	})
	if err != nil {
		return err
	}
	return c.showSaved(s, &r, fmt.Sprintf("Attached %s to %s of %s.", c.Pin, c.Slot, c.Flow))
}

// attach puts an attachment into a list, at a place that counts from 1, or at the end.
func attach(slots map[string]api.Slot, name, method string, place int, a api.Attachment) error {
	slot := slots[name]
	list := slot.Default
	if method != "" {
		list = slot.Methods[method]
	}
	if place == 0 {
		place = len(list) + 1
	}
	if place < 1 || place > len(list)+1 {
		return &usageError{fmt.Sprintf("--at %d is no place in a list of %d", place, len(list))}
	}
	list = slices.Insert(slices.Clone(list), place-1, a)
	if method == "" {
		slot.Default = list
	} else {
		if slot.Methods == nil {
			slot.Methods = map[string][]api.Attachment{}
		}
		slot.Methods[method] = list
	}
	slots[name] = slot
	return nil
}

type flowDetach struct {
	tenantConnection
	Flow       string `arg:"" help:"The flow's slug."`
	Attachment string `arg:"" help:"The attachment's id; \"durward flow show FLOW\" shows it."`
	Message    string `short:"m" help:"What is new."`
}

func (c *flowDetach) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	r, err := edit(ctx, tenant, c.Flow, c.Message, func(slots map[string]api.Slot) error {
		return detach(slots, c.Attachment)
	})
	if err != nil {
		return err
	}
	return c.showSaved(s, &r, fmt.Sprintf("Detached %s from %s.", c.Attachment, c.Flow))
}

// detach takes an attachment out of its list. A method's list that was left empty goes too: it would mean that nothing runs for the method, not that the default list does.
func detach(slots map[string]api.Slot, id string) error {
	isIt := func(a api.Attachment) bool { return a.ID == id }
	for name, slot := range slots {
		if slices.ContainsFunc(slot.Default, isIt) {
			slot.Default = slices.DeleteFunc(slot.Default, isIt)
			slots[name] = slot
			return nil
		}
		for method, list := range slot.Methods {
			if !slices.ContainsFunc(list, isIt) {
				continue
			}
			if slot.Methods[method] = slices.DeleteFunc(list, isIt); len(slot.Methods[method]) == 0 {
				delete(slot.Methods, method)
			}
			return nil
		}
	}
	return noAttachment(id)
}

// toggle is what enable and disable have in common.
type toggle struct {
	tenantConnection
	Flow       string `arg:"" help:"The flow's slug."`
	Attachment string `arg:"" help:"The attachment's id; \"durward flow show FLOW\" shows it."`
	Message    string `short:"m" help:"What is new."`
}

func (c *toggle) run(ctx context.Context, s streams, disabled bool, text string) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	r, err := edit(ctx, tenant, c.Flow, c.Message, func(slots map[string]api.Slot) error {
		a := find(slots, c.Attachment)
		if a == nil {
			return noAttachment(c.Attachment)
		}
		a.Disabled = disabled
		return nil
	})
	if err != nil {
		return err
	}
	return c.showSaved(s, &r, fmt.Sprintf("%s %s of %s.", text, c.Attachment, c.Flow))
}

type flowEnable struct{ toggle }

func (c *flowEnable) Run(ctx context.Context, s streams) error {
	return c.run(ctx, s, false, "Enabled")
}

type flowDisable struct{ toggle }

func (c *flowDisable) Run(ctx context.Context, s streams) error {
	return c.run(ctx, s, true, "Disabled")
}

// find returns the attachment with an id, within the slots; nil if there is none.
func find(slots map[string]api.Slot, id string) *api.Attachment {
	for _, slot := range slots {
		lists := append(slices.Collect(maps.Values(slot.Methods)), slot.Default)
		for _, list := range lists {
			for i := range list {
				if list[i].ID == id {
					return &list[i]
				}
			}
		}
	}
	return nil
}

func noAttachment(id string) error {
	return fmt.Errorf("the flow has no attachment %s; \"durward flow show\" shows their ids", id)
}

type flowOrder struct {
	tenantConnection
	Flow    string `arg:"" help:"The flow's slug."`
	Slot    string `arg:"" help:"The slot, of a trigger for whose answer nobody waits."`
	Order   string `arg:"" enum:"user,none" help:"user: each user's deliveries run in the order in which they were accepted; one that is tried again holds up those behind it. none: they run as they come."`
	Message string `short:"m" help:"What is new."`
}

func (c *flowOrder) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	r, err := edit(ctx, tenant, c.Flow, c.Message, func(slots map[string]api.Slot) error {
		slot := slots[c.Slot]
		slot.Order = strings.TrimPrefix(c.Order, "none")
		slots[c.Slot] = slot
		return nil
	})
	if err != nil {
		return err
	}
	return c.showSaved(s, &r, fmt.Sprintf("Saved the order of %s of %s.", c.Slot, c.Flow))
}

// attempts is how often an edit is made anew because somebody else saved in the meantime.
const attempts = 5

// edit saves a flow's next revision: the live one, changed.
func edit(ctx context.Context, tenant *client.Tenant, flow, message string, change func(map[string]api.Slot) error) (api.SavedRevision, error) {
	for i := 1; ; i++ {
		f, err := tenant.Flow(ctx, flow)
		if err != nil {
			return api.SavedRevision{}, err
		}
		slots := f.Live.Slots
		if slots == nil {
			slots = map[string]api.Slot{}
		}
		if err := change(slots); err != nil {
			return api.SavedRevision{}, err
		}
		r, err := tenant.SaveFlow(ctx, flow, api.FlowChange{Base: f.Revision, Slots: slots, Message: message})
		var p *client.Problem
		if i < attempts && errors.As(err, &p) && p.Code == "conflict" {
			continue
		}
		return r, err
	}
}
