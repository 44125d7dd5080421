package versions

import (
	"context"
	"fmt"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions/rollout"
)

// RollBack makes the content of an earlier revision live again, as a new revision. to is its number; 0 is the one that was live before. An active rollout is aborted, and if to is 0 that is
// all: what is live then is the stable revision. A freeze does not keep it from being done.
func (f *Flows) RollBack(ctx context.Context, by audit.Actor, ref FlowRef, to int, reason string) (Flow, error) {
	if err := checkReason(reason); err != nil {
		return Flow{}, err
	}
	return f.change(ctx, ref, "roll back", func(flow *Flow) (*edit, error) {
		e := &edit{}
		if flow.Rolling() {
			var err error
			if e, err = f.abort(by, flow, reason); err != nil || to == 0 {
				return e, err
			}
		}
		number := to
		if number == 0 {
			number = flow.Previous
		}
		old, err := f.restorable(ctx, ref, number)
		if err != nil {
			return nil, err
		}
		left := flow.Revision
		message := fmt.Sprintf("roll back to revision %d", number)
		if reason != "" {
			message += ": " + reason
		}
		next := Revision{Tenant: ref.Tenant, Flow: ref.Flow, Number: flow.Latest + 1, Slots: old.Slots, Message: message, SavedAt: f.now(), SavedBy: by}
		flow.goLive(next.Number)
		event := f.event(by, audit.RolledBack, &next)
		event.Before, event.After = describe(map[string]any{"revision": left}), describe(map[string]any{"revision": next.Number, "content_of": number, "reason": reason})
		e.revisions, e.events = append(e.revisions, next), append(e.events, event)
		return e, nil
	})
}

// restorable returns a revision that can be made live again. It does not ask whether its configs would be allowed today: they were, and there is no time for that.
func (f *Flows) restorable(ctx context.Context, ref FlowRef, number int) (Revision, error) {
	r, err := f.Store.Revision(ctx, ref.Tenant, ref.Flow, number)
	switch {
	case notFound(err):
		return r, invalid("/to", "there is no revision %d to go back to", number)
	case err != nil:
		return r, err
	case r.Recall != nil:
		return r, invalid("/to", "revision %d was recalled", number)
	}
	pin, err := f.recalledPin(ctx, &r)
	if err == nil && pin != "" {
		err = invalid("/to", "%s, which revision %d has, was recalled", pin, number)
	}
	return r, err
}

// recalledPin is an action@version of the revision that was recalled, or empty.
func (f *Flows) recalledPin(ctx context.Context, r *Revision) (string, error) {
	for pin := range r.Pins() {
		v, err := f.Store.Version(ctx, r.Tenant, pin.Action, pin.Number)
		if err != nil {
			return "", fmt.Errorf("version %s: %w", pin, err)
		}
		if v.Recall != nil {
			return pin.String(), nil
		}
	}
	return "", nil
}

// RecallRevision takes a revision out of use: runs that are sealed to it go on with what is live. The candidate of an active rollout is taken back with it; the live revision cannot be
// recalled ([ErrLive]), because there would be nothing to go on with.
func (f *Flows) RecallRevision(ctx context.Context, by audit.Actor, ref FlowRef, number int, reason string) (Revision, error) {
	if err := checkReason(reason); err != nil {
		return Revision{}, err
	}
	var r Revision
	_, err := f.change(ctx, ref, "recall revision", func(flow *Flow) (_ *edit, err error) {
		if r, err = f.Store.Revision(ctx, ref.Tenant, ref.Flow, number); err != nil || r.Recall != nil {
			return nil, err
		}
		if number == flow.Revision {
			return nil, &LiveError{Flow: ref.Flow, Revision: number}
		}
		e := &edit{}
		if flow.Rolling() && flow.Rollout.Candidate == number {
			if e, err = f.abort(by, flow, reason); err != nil {
				return nil, err
			}
		}
		f.recall(by, e, &r, reason)
		return e, nil
	})
	return r, err
}

// recall adds the recall of a revision to an edit.
func (f *Flows) recall(by audit.Actor, e *edit, r *Revision, reason string) {
	r.Recall = &Recall{At: f.now(), By: by, Reason: reason}
	e.revisions = append(e.revisions, *r)
	event := f.event(by, audit.RevisionRecall, r)
	event.Time, event.After = r.Recall.At, describe(map[string]any{"reason": reason})
	e.events = append(e.events, event)
}

// abort ends the flow's active rollout.
func (f *Flows) abort(by audit.Actor, flow *Flow, reason string) (*edit, error) {
	return f.turn(by, flow, audit.RolloutAborted, func(r rollout.Rollout) (rollout.Rollout, error) {
		return r.End(rollout.Aborted, reason, f.now())
	})
}
