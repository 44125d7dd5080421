package main

import (
	"fmt"
	"slices"

	"github.com/durward/durward/web/api"
)

// slotList is one list of a slot: the slot's name, or name and method.
type slotList struct {
	name        string
	attachments []api.Attachment
}

// lists are all lists of the slots, in order.
func lists(slots map[string]api.Slot) []slotList {
	var all []slotList
	for _, name := range sortedKeys(slots) {
		if len(slots[name].Default) > 0 {
			all = append(all, slotList{name, slots[name].Default})
		}
		for _, method := range sortedKeys(slots[name].Methods) {
			all = append(all, slotList{name + "/" + method, slots[name].Methods[method]})
		}
	}
	return all
}

// fill gives attachments in files the ids and policies that the server has made up for the attachment of the same action in the same place, so that they are no difference.
func fill(have, want map[string]api.Slot) {
	there := map[string][]api.Attachment{}
	for _, l := range lists(have) {
		there[l.name] = l.attachments
	}
	for _, l := range lists(want) {
		for i := range l.attachments {
			a, old := &l.attachments[i], there[l.name]
			if i >= len(old) || old[i].Action != a.Action {
				continue
			}
			if a.ID == "" {
				a.ID = old[i].ID
			}
			if a.OnFailure == "" {
				a.OnFailure = old[i].OnFailure
			}
		}
	}
}

// slotChanges tells what a save would change, list by list.
func slotChanges(have, want map[string]api.Slot) []string {
	before, after := map[string][]api.Attachment{}, map[string][]api.Attachment{}
	var changes []string
	for _, l := range lists(have) {
		before[l.name] = l.attachments
	}
	for _, l := range lists(want) {
		after[l.name] = l.attachments
	}
	names := append(sortedKeys(before), sortedKeys(after)...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		changes = append(changes, listChanges(name, before[name], after[name])...)
		_, was := before[name]
		if list, is := after[name]; is && !was && len(list) == 0 {
			changes = append(changes, "+ "+name+": an empty list")
		} else if list := before[name]; was && !is && len(list) == 0 {
			changes = append(changes, "- "+name+": an empty list")
		}
	}
	for _, name := range sortedKeys(want) {
		if old, now := have[name], want[name]; old.TimeoutMS != now.TimeoutMS || old.Order != now.Order {
			changes = append(changes, fmt.Sprintf("~ %s: timeout_ms %d → %d, order %q → %q", name, old.TimeoutMS, now.TimeoutMS, old.Order, now.Order))
		}
	}
	return changes
}

func listChanges(name string, before, after []api.Attachment) []string {
	var changes []string
	for _, old := range before {
		if !slices.ContainsFunc(after, func(a api.Attachment) bool { return a.ID == old.ID }) {
			changes = append(changes, fmt.Sprintf("- %s: %s (%s@%s)", name, old.ID, old.Action, old.Version))
		}
	}
	var kept, order []string
	for _, now := range after {
		i := slices.IndexFunc(before, func(a api.Attachment) bool { return a.ID == now.ID && now.ID != "" })
		switch {
		case i < 0:
			changes = append(changes, fmt.Sprintf("+ %s: %s@%s", name, now.Action, now.Version))
			continue
		case before[i].Action+"@"+before[i].Version != now.Action+"@"+now.Version:
			changes = append(changes, fmt.Sprintf("~ %s: %s, %s@%s → %s@%s", name, now.ID, before[i].Action, before[i].Version, now.Action, now.Version))
		case !same(before[i], now):
			changes = append(changes, fmt.Sprintf("~ %s: %s, %s → %s", name, now.ID, canonical(before[i]), canonical(now)))
		}
		order = append(order, now.ID)
	}
	for _, old := range before {
		if slices.Contains(order, old.ID) {
			kept = append(kept, old.ID)
		}
	}
	if !slices.Equal(kept, order) {
		changes = append(changes, fmt.Sprintf("~ %s: order %v → %v", name, kept, order))
	}
	return changes
}
