package versions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/condition"
	"github.com/durward/durward/runtime/host"
)

// Bounds of a revision.
const (
	MaxAttachments = 20                                            // in one list
	MaxTimeoutMS   = int(runtime.DefaultBudget / time.Millisecond) // of one attachment: the time of a whole chain
	MaxConfigBytes = 4 << 20                                       // of all attachments together, with the defaults of their schemas
	MaxWhenBytes   = 20_000                                        // of all conditions together, those that are the same at one trigger counted once
	maxID          = 80
)

// checker goes through the slots of a revision, fills in what was left to defaults, and collects what is wrong.
type checker struct {
	flows    *Flows
	tenant   catalog.TenantID
	settings *host.Settings // nil if nothing is known
	most     catalog.Limits
	ids      map[string]bool
	versions map[string]*Version
	configs  int // bytes so far
	whens    map[condition.Key]bool
	whenSize int // bytes so far
	errors   catalog.InvalidErrors
	slots    map[contract.SlotName]Slot
	warnings []Warning
}

func (f *Flows) check(ctx context.Context, tenant catalog.TenantID, kind contract.FlowKind, slots map[contract.SlotName]Slot) (*checker, error) {
	c := &checker{flows: f, tenant: tenant, ids: map[string]bool{}, versions: map[string]*Version{}, whens: map[condition.Key]bool{}, slots: map[contract.SlotName]Slot{}}
	if err := c.readSettings(ctx); err != nil {
		return nil, err
	}
	c.claimIDs(slots)
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		at := "/slots/" + escape(string(name))
		trigger, ok := contract.Lookup(contract.TriggerID(string(kind) + "." + string(name)))
		if !ok {
			c.refuse(at, "a %s flow has no slot %q; it has %s", kind, clip(string(name), 80), slotNames(kind))
			continue
		}
		slot, err := c.slot(ctx, at, trigger, slots[name])
		if err != nil {
			return nil, err
		}
		if len(slot.Default) > 0 || len(slot.Methods) > 0 || slot.Order != "" || slot.TimeoutMS > 0 {
			c.slots[name] = slot
		}
	}
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	return c, nil
}

// maxErrors is how many errors one answer names.
const maxErrors = 20

func (c *checker) refuse(pointer, format string, args ...any) {
	if len(c.errors) < maxErrors {
		c.errors = append(c.errors, &catalog.InvalidError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
}

func slotNames(kind contract.FlowKind) string {
	var names []string
	for _, t := range contract.SlotsOf(kind) {
		names = append(names, string(t.Slot))
	}
	return strings.Join(names, ", ")
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

func escape(part string) string { return pointerEscaper.Replace(clip(part, 80)) }

// claimIDs notes the ids that are given, so that those that are made up do not collide with them.
func (c *checker) claimIDs(slots map[contract.SlotName]Slot) {
	for _, slot := range slots {
		for _, list := range slot.lists() {
			for _, a := range list {
				if a.ID != "" {
					c.ids[a.ID] = false // given, not yet seen
				}
			}
		}
	}
}

// lists returns the slot's lists, the default one under the empty method.
func (s Slot) lists() map[contract.Method][]Attachment {
	all := map[contract.Method][]Attachment{"": s.Default}
	maps.Copy(all, s.Methods)
	return all
}

func (c *checker) slot(ctx context.Context, at string, trigger contract.Trigger, slot Slot) (Slot, error) {
	checked := Slot{Order: slot.Order, TimeoutMS: slot.TimeoutMS}
	if slot.TimeoutMS < 0 || slot.TimeoutMS > MaxTimeoutMS {
		c.refuse(at+"/timeout_ms", "it must be from 1 to %d milliseconds", MaxTimeoutMS)
	}
	switch {
	case slot.Order != "" && slot.Order != OrderUser:
		c.refuse(at+"/order", "%q is not an order; the one order is %s", clip(string(slot.Order), 40), OrderUser)
	case slot.Order != "" && !trigger.Async:
		c.refuse(at+"/order", "%s has no order: its caller waits for each answer", trigger.ID)
	}
	var err error
	if checked.Default, err = c.list(ctx, at+"/default", trigger, slot.Default); err != nil {
		return checked, err
	}
	for _, method := range slices.Sorted(maps.Keys(slot.Methods)) {
		here := at + "/methods/" + escape(string(method))
		switch {
		case !trigger.PerMethod:
			c.refuse(here, "%s has no lists per method", trigger.ID)
			continue
		case !slices.Contains(contract.Methods(), method):
			c.refuse(here, "%q is not an authentication method", clip(string(method), 80))
			continue
		}
		list, err := c.list(ctx, here, trigger, slot.Methods[method])
		if err != nil {
			return checked, err
		}
		if checked.Methods == nil {
			checked.Methods = map[contract.Method][]Attachment{}
		}
		checked.Methods[method] = list
		c.warnOfOverride(here, method, checked.Default, list)
	}
	return checked, nil
}

// warnOfOverride names the default actions that a method's list leaves out: that the list replaces the default one, rather than adding to it, surprises people.
func (c *checker) warnOfOverride(at string, method contract.Method, standard, list []Attachment) {
	var missing []string
	for _, a := range standard {
		if !a.Disabled && !slices.ContainsFunc(list, func(b Attachment) bool { return b.Action == a.Action && !b.Disabled }) && !slices.Contains(missing, string(a.Action)) {
			missing = append(missing, string(a.Action))
		}
	}
	if len(missing) > 0 {
		c.warn(at, "the list for %s replaces the default list: %s will not run for it", method, strings.Join(missing, ", "))
	}
}

func (c *checker) list(ctx context.Context, at string, trigger contract.Trigger, list []Attachment) ([]Attachment, error) {
	if len(list) > MaxAttachments {
		c.refuse(at, "a list has at most %d attachments", MaxAttachments)
		return nil, nil
	}
	checked := make([]Attachment, 0, len(list))
	for i, a := range list {
		a, err := c.attachment(ctx, at+"/"+strconv.Itoa(i), trigger, a)
		if err != nil {
			return nil, err
		}
		checked = append(checked, a)
	}
	c.lastly(at, checked)
	return checked, nil
}

func (c *checker) attachment(ctx context.Context, at string, trigger contract.Trigger, a Attachment) (Attachment, error) {
	a.ID = c.id(at, a)
	switch {
	case a.OnFailure == "" && !trigger.Allows(contract.Block):
		a.OnFailure = Continue
	case a.OnFailure == "":
		a.OnFailure = Block
	case a.OnFailure != Block && a.OnFailure != Continue:
		c.refuse(at+"/on_failure", "%q is not a policy; the policies are block and continue", clip(string(a.OnFailure), 40))
	case trigger.FailClosed && a.OnFailure == Continue:
		c.refuse(at+"/on_failure", "%s fails closed: its policy is always block", trigger.ID)
	case a.OnFailure == Block && !trigger.Allows(contract.Block):
		c.refuse(at+"/on_failure", "%s cannot block: its policy is always continue", trigger.ID)
	}
	c.limits(at, &a)
	c.when(at+"/when", trigger, &a)
	version, err := c.version(ctx, at, a)
	if err != nil || version == nil {
		return a, err
	}
	switch {
	case version.IsModule():
		c.refuse(at+"/action", "%s is a shared module: actions import it, and only they can be attached", a.Action)
	case !slices.Contains(version.Triggers, trigger.ID):
		c.refuse(at+"/version", "%s %s is not made for %s, only for %s", a.Action, a.Version, trigger.ID, triggerNames(version.Triggers))
	}
	c.warnOfReach(at, version)
	if d := version.Deprecation; d != nil {
		c.warn(at+"/version", "%s@%s is deprecated: %s", a.Action, a.Version, d.Reason)
	}
	if c.configs > MaxConfigBytes { // refused already
		return a, nil
	}
	config, err := c.flows.Schemas.Apply(ctx, c.tenant, version.ConfigSchema, a.Config)
	if err = below(at+"/config", err); err != nil {
		var list catalog.InvalidErrors
		if !errors.As(err, &list) {
			return a, err
		}
		for _, e := range list {
			c.refuse(e.Pointer, "%s", e.Detail)
		}
		return a, nil
	}
	a.Config = config
	if c.configs += len(config); c.configs > MaxConfigBytes {
		c.refuse(at+"/config", "the configs of a flow have at most %d bytes together, with the defaults of their schemas", MaxConfigBytes)
	}
	return a, nil
}

func triggerNames(ids []contract.TriggerID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

// id is the attachment's id, made from the action's slug if none was given.
func (c *checker) id(at string, a Attachment) string {
	if a.ID == "" {
		id := string(a.Action)
		for n := 2; ; n++ {
			if _, taken := c.ids[id]; !taken {
				break
			}
			id = fmt.Sprintf("%s-%d", a.Action, n)
		}
		c.ids[id] = true
		return id
	}
	if len(a.ID) > maxID {
		c.refuse(at+"/id", "an id has at most %d bytes", maxID)
	}
	if c.ids[a.ID] {
		c.refuse(at+"/id", "the id %q is there twice; leave it out for a new attachment", clip(a.ID, maxID))
	}
	c.ids[a.ID] = true
	return a.ID
}

// version returns the version that is pinned, nil if there is none.
func (c *checker) version(ctx context.Context, at string, a Attachment) (*Version, error) {
	key := pinned(a)
	if v, ok := c.versions[key]; ok {
		return v, nil
	}
	v, err := c.flows.Store.Version(ctx, c.tenant, a.Action, a.Version)
	switch {
	case notFound(err):
		c.refuse(at+"/version", "there is no version %q of an action %q", clip(a.Version, 64), clip(string(a.Action), 80))
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("version %s of %s: %w", a.Version, a.Action, err)
	case v.Recall != nil:
		c.refuse(at+"/version", "%s@%s was recalled", a.Action, a.Version)
		return nil, nil
	}
	c.versions[key] = &v
	return &v, nil
}
