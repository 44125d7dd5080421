package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/durward/durward/web/api"
)

type flowCommand struct {
	Create    flowCreate    `cmd:"" help:"Create a flow."`
	Clone     flowClone     `cmd:"" help:"Create a flow with what is live of another one, which it shares nothing with afterwards."`
	List      flowList      `cmd:"" help:"List the flows."`
	Show      flowShow      `cmd:"" help:"Show a flow and what runs in it."`
	Attach    flowAttach    `cmd:"" help:"Attach a version of an action to a slot."`
	Detach    flowDetach    `cmd:"" help:"Take an attachment out of a flow."`
	Enable    flowEnable    `cmd:"" help:"Let an attachment run again."`
	Disable   flowDisable   `cmd:"" help:"Keep an attachment, and let it run no more."`
	Order     flowOrder     `cmd:"" help:"Say whether the deliveries of an asynchronous slot run in order."`
	Save      flowSave      `cmd:"" help:"Save all slots of a flow at once, from a file."`
	Revisions flowRevisions `cmd:"" help:"List a flow's revisions, newest first."`
	Rollback  flowRollback  `cmd:"" help:"Make the content of an earlier revision live again."`
	Recall    flowRecall    `cmd:"" help:"Take a revision out of use, also for sign-ins that have it."`
	Freeze    flowFreeze    `cmd:"" help:"Let nothing new go live in a flow for a time."`
	Unfreeze  flowUnfreeze  `cmd:"" help:"Take back all freezes of a flow."`
}

type flowCreate struct {
	tenantConnection
	Slug string `arg:"" help:"Lower-case letters, digits and hyphens. It never changes."`
	Kind string `placeholder:"KIND" help:"Which event it is: login, registration, recovery, ... Default: the slug. A trigger is a kind, a dot, and a slot: \"durward triggers\" lists them."`
	Name string `help:"What people call the flow. Default: the slug."`
}

func (c *flowCreate) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	n := api.NewFlow{Slug: c.Slug, Kind: c.Kind, Name: c.Name}
	if n.Kind == "" {
		n.Kind = c.Slug
	}
	if n.Name == "" {
		n.Name = c.Slug
	}
	f, err := tenant.CreateFlow(ctx, n)
	if err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) {
		fmt.Fprintf(w, "Created flow %s of kind %s, revision %d.\n", f.Slug, f.Kind, f.Revision)
	})
}

type flowClone struct {
	tenantConnection
	From string `arg:"" help:"The flow to copy."`
	Slug string `arg:"" help:"The new flow. Lower-case letters, digits and hyphens; it never changes."`
	Name string `help:"What people call the flow. Default: the slug."`
}

func (c *flowClone) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	from, err := tenant.Flow(ctx, c.From)
	if err != nil {
		return err
	}
	f, err := tenant.CreateFlow(ctx, api.NewFlow{Slug: c.Slug, Kind: from.Kind, Name: c.Name, Slots: from.Live.Slots})
	if err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) {
		fmt.Fprintf(w, "Created flow %s of kind %s from revision %d of %s.\n", f.Slug, f.Kind, from.Live.Number, c.From)
	})
}

type flowList struct {
	tenantConnection
	limit
}

func (c *flowList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	flows, err := collect(ctx, tenant.Flows, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, flows, []string{"FLOW", "KIND", "NAME", "REVISION", "CREATED"}, func(f api.Flow) []string {
		return []string{f.Slug, f.Kind, f.Name, strconv.Itoa(f.Revision), when(f.CreatedAt)}
	})
}

type flowShow struct {
	tenantConnection
	Slug     string `arg:"" name:"flow" help:"The flow's slug."`
	Revision int    `placeholder:"N" help:"Show this revision. Default: the live one."`
}

func (c *flowShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	if c.Revision != 0 {
		r, err := tenant.Revision(ctx, c.Slug, c.Revision)
		if err != nil {
			return err
		}
		return c.show(s.out, r, func(w io.Writer) { printRevision(w, &r) })
	}
	f, err := tenant.Flow(ctx, c.Slug)
	if err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) { printRevision(w, &f.Live, "kind", f.Kind, "name", f.Name) })
}

// printRevision shows what runs. The pairs are what else is known of the flow.
func printRevision(w io.Writer, r *api.Revision, pairs ...string) {
	pairs = append([]string{"flow", r.Flow}, pairs...)
	facts(w, append(pairs, "revision", strconv.Itoa(r.Number), "saved", when(r.SavedAt)+" by "+r.SavedBy.Name, "message", r.Message)...)
	if len(r.Slots) == 0 {
		fmt.Fprintln(w, "Nothing is attached.")
		return
	}
	fmt.Fprintln(w)
	t := newTable(w, "SLOT", "METHOD", "ATTACHMENT", "ACTION", "WHEN", "ON FAILURE", "TIMEOUT", "LIMITS", "CONFIG")
	for _, name := range slices.Sorted(maps.Keys(r.Slots)) {
		slot := r.Slots[name]
		printAttachments(t, name, "any", slot.Default)
		for _, method := range slices.Sorted(maps.Keys(slot.Methods)) {
			list := slot.Methods[method]
			if len(list) == 0 {
				t.row(name, method, "-", "(nothing runs)")
			}
			printAttachments(t, name, method, list)
		}
	}
	_ = t.flush()
}

func printAttachments(t *table, slot, method string, list []api.Attachment) {
	for _, a := range list {
		t.row(slot, method, a.ID, a.Action+"@"+a.Version, whenever(&a), dash(a.OnFailure), dash(budget(a.TimeoutMS)), dash(effect(a.Limits)), dash(string(a.Config)))
	}
}

// whenever says when an attachment runs.
func whenever(a *api.Attachment) string {
	switch {
	case a.Disabled:
		return "never: disabled"
	case a.When == "":
		return "always"
	}
	return clip(a.When, maxCell)
}

func budget(ms int) string {
	if ms == 0 {
		return ""
	}
	return (time.Duration(ms) * time.Millisecond).String()
}

type flowSave struct {
	tenantConnection
	Slug    string `arg:"" name:"flow" help:"The flow's slug."`
	File    string `arg:"" help:"A file with the slots as JSON; - reads the standard input."`
	Base    int    `placeholder:"N" help:"The live revision that the file was made from; it is refused if another one is live by now. Default: whatever is live."`
	Message string `short:"m" help:"What is new."`
}

// Help is shown below the summary.
func (flowSave) Help() string {
	return `The file holds all slots, also those that stay as they are:

    {"after": {"default": [{"action": "welcome", "version": "1.0.0", "config": {}, "when": "input.context.client.id == \"shop\""}],
               "methods": {"passkey": []}, "timeout_ms": 4000}}

An attachment that keeps its id stays the same one in the audit. "durward flow show FLOW -o json" prints the slots as they are, under live.slots.`
}

func (c *flowSave) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	text, err := readJSON("the file", c.File, s)
	if err != nil {
		return err
	}
	change := api.FlowChange{Base: c.Base, Message: c.Message}
	if err := decodeStrict(text, &change.Slots); err != nil {
		return &usageError{fmt.Sprintf("%s does not hold slots: %v", c.File, err)}
	}
	if change.Base == 0 {
		f, err := tenant.Flow(ctx, c.Slug)
		if err != nil {
			return err
		}
		change.Base = f.Revision
	}
	r, err := tenant.SaveFlow(ctx, c.Slug, change)
	if err != nil {
		return err
	}
	return c.showSaved(s, &r, fmt.Sprintf("Saved %s.", c.Slug))
}

// showSaved tells what was saved, and what may surprise.
func (c *tenantConnection) showSaved(s streams, r *api.SavedRevision, text string) error {
	return c.show(s.out, r, func(w io.Writer) {
		fmt.Fprintf(w, "%s Revision %d is live.\n", text, r.Number)
		for _, b := range r.Budgets {
			list := b.Slot
			if b.Method != "" {
				list += " for " + b.Method
			}
			fmt.Fprintf(w, "  %s: ends within %s (timeouts %s, computing %s, %d requests)\n", list, budget(b.ChainMS), budget(b.TimeoutMS), budget(b.CPUMS), b.Requests)
		}
		for _, warning := range r.Warnings {
			fmt.Fprintf(s.err, "warning: %s\n", harmless(warning.Detail))
		}
	})
}

type flowRevisions struct {
	tenantConnection
	limit
	Slug string `arg:"" name:"flow" help:"The flow's slug."`
}

func (c *flowRevisions) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	list, err := collect(ctx, tenant.Revisions(c.Slug), c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, list, []string{"REVISION", "SAVED", "BY", "ATTACHMENTS", "MESSAGE"}, func(r api.Revision) []string {
		return []string{strconv.Itoa(r.Number), when(r.SavedAt), r.SavedBy.Name, strconv.Itoa(attachments(r.Slots)), r.Message}
	})
}

func attachments(slots map[string]api.Slot) int {
	n := 0
	for _, slot := range slots {
		n += len(slot.Default)
		for _, list := range slot.Methods {
			n += len(list)
		}
	}
	return n
}
