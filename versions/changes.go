package versions

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
)

// place is an attachment with where it stands. Its JSON is what an event shows of it.
type place struct {
	Slot     contract.SlotName `json:"slot"`
	Method   contract.Method   `json:"method,omitempty"`
	Position int               `json:"position"` // in its list, from 0
	Attachment
	rank int // among those of its list that are in this list in the other revision too
}

// places finds the attachments by their ids.
func (r *Revision) places(other *Revision) map[string]place {
	all := map[string]place{}
	for name, slot := range r.Slots {
		for method, list := range slot.lists() {
			rank := 0
			for i, a := range list {
				all[a.ID] = place{Slot: name, Method: method, Position: i, Attachment: a, rank: rank}
				if slices.ContainsFunc(other.Slots[name].lists()[method], func(b Attachment) bool { return a.ID == b.ID }) {
					rank++
				}
			}
		}
	}
	return all
}

// changes are the events that tell what the step from one revision to the next did to each attachment.
func (f *Flows) changes(by audit.Actor, from, to *Revision) []audit.Event {
	before, after := from.places(to), to.places(from)
	var events []audit.Event
	add := func(kind audit.EventType, p place, old, now *place) {
		e := f.event(by, kind, to)
		e.Slot, e.Method, e.Attachment, e.Action, e.Version = string(p.Slot), string(p.Method), p.ID, string(p.Action), p.Version
		if old != nil {
			e.Before = describe(old)
		}
		if now != nil {
			e.After = describe(now)
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

// same says whether nobody has touched the attachment. One that moves up because another one left its list has not been touched.
func (p *place) same(other *place) bool {
	return p.Slot == other.Slot && p.Method == other.Method && p.rank == other.rank && p.Action == other.Action && p.Version == other.Version &&
		p.Disabled == other.Disabled && p.When == other.When &&
		p.OnFailure == other.OnFailure && p.TimeoutMS == other.TimeoutMS && p.Limits == other.Limits && bytes.Equal(p.Config, other.Config)
}
