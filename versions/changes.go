package versions

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
)

// place is an attachment with where it stands.
type place struct {
	slot   contract.SlotName
	method contract.Method
	index  int // in its list
	Attachment
}

// places finds the attachments by their ids. An index counts only the attachments that the other revision has too: an attachment that moves up because another one
// was taken away has not been changed.
func (r *Revision) places(other *Revision) map[string]place {
	shared := other.ids()
	all := map[string]place{}
	for name, slot := range r.Slots {
		for method, list := range slot.lists() {
			index := 0
			for _, a := range list {
				all[a.ID] = place{slot: name, method: method, index: index, Attachment: a}
				if shared[a.ID] {
					index++
				}
			}
		}
	}
	return all
}

func (r *Revision) ids() map[string]bool {
	ids := map[string]bool{}
	for _, slot := range r.Slots {
		for _, list := range slot.lists() {
			for _, a := range list {
				ids[a.ID] = true
			}
		}
	}
	return ids
}

// changes are the events that tell what the step from one revision to the next did to each attachment.
func (f *Flows) changes(by audit.Actor, from, to *Revision) []audit.Event {
	before, after := from.places(to), to.places(from)
	var events []audit.Event
	add := func(kind audit.EventType, p place, old, now *place) {
		e := f.event(by, kind, to)
		e.Slot, e.Method, e.Attachment, e.Action, e.Version = string(p.slot), string(p.method), p.ID, string(p.Action), p.Version
		if old != nil {
			e.Before = describe(old.Attachment)
		}
		if now != nil {
			e.After = describe(now.Attachment)
		}
		events = append(events, e)
	}
	for id, old := range before {
		now, stays := after[id]
		switch {
		case !stays:
			add(audit.ActionDetached, old, &old, nil)
		case !old.same(&now):
			add(audit.AttachmentSaved, now, &old, &now)
		}
	}
	for id, now := range after {
		if _, was := before[id]; !was {
			add(audit.ActionAttached, now, nil, &now)
		}
	}
	slices.SortFunc(events, func(a, b audit.Event) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Attachment, b.Attachment))
	})
	return events
}

func (p *place) same(other *place) bool {
	return p.slot == other.slot && p.method == other.method && p.index == other.index && p.Action == other.Action && p.Version == other.Version &&
		p.OnFailure == other.OnFailure && p.TimeoutMS == other.TimeoutMS && bytes.Equal(p.Config, other.Config)
}
