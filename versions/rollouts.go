package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions/rollout"
)

// Errors about what is live.
var (
	// ErrRolling says that a candidate is being rolled out, which must be promoted or aborted first.
	ErrRolling = errors.New("a candidate is being rolled out")
	// ErrNoRollout says that there is no rollout that could be changed.
	ErrNoRollout = errors.New("there is no active rollout")
	// ErrLive says that something cannot be recalled because it is live: roll back or save another revision first. It comes as a [*LiveError].
	ErrLive = errors.New("it is live")
)

// LiveError is an [ErrLive] with where it is live.
type LiveError struct {
	Flow     FlowSlug
	Revision int
	Version  string // the action@version in it; empty if the revision itself is meant
}

func (e *LiveError) Error() string {
	if e.Version == "" {
		return fmt.Sprintf("revision %d is live in flow %s", e.Revision, e.Flow)
	}
	return fmt.Sprintf("revision %d, which is live in flow %s, has %s", e.Revision, e.Flow, e.Version)
}

// Is makes it an ErrLive.
func (e *LiveError) Is(target error) bool { return target == ErrLive }

// NewRollout is a rollout to be started.
type NewRollout struct {
	// Base is the number of the live revision that the candidate was made from; catalog.ErrConflict if it is not the live one.
	Base int
	// Candidate is the number of a stored revision. If it is 0, Slots are saved as a new one, with Message.
	Candidate int
	Slots     map[contract.SlotName]Slot
	Message   string
	Plan      rollout.Plan
}

// StartRollout brings in a candidate beside the live revision, which stays live as the stable one. It returns [ErrRolling] if there is an active rollout, [ErrFrozen] in a freeze, and
// catalog.InvalidErrors for what [Flows.Save] refuses and for plans that cannot be carried out.
func (f *Flows) StartRollout(ctx context.Context, by audit.Actor, ref FlowRef, n NewRollout) (Flow, []Warning, error) {
	if err := errors.Join(n.Plan.Check(), f.checkNotify(n.Plan.Notify)); err != nil {
		return Flow{}, nil, err
	}
	if len(n.Message) > maxMessage {
		return Flow{}, nil, invalid("/message", "a message has at most %d bytes", maxMessage)
	}
	var warnings []Warning
	flow, err := f.change(ctx, ref, "start rollout", func(flow *Flow) (*edit, error) {
		if err := f.open(ctx, flow, n.Base); err != nil {
			return nil, err
		}
		candidate, isNew, err := f.candidate(ctx, by, flow, &n, &warnings)
		if err != nil {
			return nil, err
		}
		number := 1
		if flow.Rollout != nil {
			number = flow.Rollout.Number + 1
		}
		r := rollout.Start(number, flow.Revision, candidate.Number, n.Plan, f.now())
		flow.Rollout, flow.Notice = &r, nil
		e := &edit{events: []audit.Event{f.rolloutEvent(by, audit.RolloutStarted, flow)}}
		if isNew {
			before, err := f.Store.Revision(ctx, ref.Tenant, ref.Flow, flow.Revision)
			if err != nil {
				return nil, err
			}
			flow.Latest = candidate.Number
			e.revisions = []Revision{candidate}
			e.events = append(e.events, f.changes(by, &before, &candidate)...)
		}
		return e, nil
	})
	return flow, warnings, err
}

// candidate is the revision that is to be rolled out.
func (f *Flows) candidate(ctx context.Context, by audit.Actor, flow *Flow, n *NewRollout, warnings *[]Warning) (_ Revision, isNew bool, err error) {
	if n.Candidate != 0 {
		r, err := f.Store.Revision(ctx, flow.Tenant, flow.Slug, n.Candidate)
		switch {
		case notFound(err) || err == nil && n.Candidate == flow.Revision:
			return r, false, invalid("/candidate", "there is no revision %d beside the live one", n.Candidate)
		case err != nil:
			return r, false, err
		}
		// What was allowed when it was saved may not be any more.
		checked, err := f.check(ctx, flow.Tenant, flow.Kind, r.Slots)
		if err != nil {
			return r, false, below("/candidate", err)
		}
		if r.Recall != nil {
			return r, false, invalid("/candidate", "revision %d was recalled", n.Candidate)
		}
		*warnings = checked.warnings
		return r, false, nil
	}
	checked, err := f.check(ctx, flow.Tenant, flow.Kind, n.Slots)
	if err != nil {
		return Revision{}, false, err
	}
	*warnings = checked.warnings
	return Revision{
		Tenant: flow.Tenant, Flow: flow.Slug, Number: flow.Latest + 1, Slots: checked.slots, Message: n.Message, SavedAt: f.now(), SavedBy: by,
	}, true, nil
}

// Promote brings an active rollout to its next step now, or with all to its end: the candidate is live for everybody then, and a step's time and runs are not waited for.
func (f *Flows) Promote(ctx context.Context, by audit.Actor, ref FlowRef, all bool) (Flow, error) {
	totals, err := f.Store.Figures(ctx, ref)
	if err != nil {
		return Flow{}, err
	}
	return f.change(ctx, ref, "promote", func(flow *Flow) (*edit, error) {
		if err := f.thawed(ctx, flow); err != nil {
			return nil, err
		}
		return f.promote(by, flow, all, &totals)
	})
}

func (f *Flows) promote(by audit.Actor, flow *Flow, all bool, totals *rollout.Totals) (*edit, error) {
	e, err := f.turn(by, flow, audit.RolloutPromoted, func(r rollout.Rollout) (rollout.Rollout, error) {
		if all {
			return r.End(rollout.Promoted, "", f.now())
		}
		var runs int64
		if totals.Rollout == r.Number {
			runs = totals.Candidate.Runs
		}
		return r.Advance(runs, f.now())
	})
	if err == nil && flow.Rollout.State == rollout.Promoted {
		flow.goLive(flow.Rollout.Candidate)
	}
	return e, err
}

// Pause keeps an active rollout at its step: the share stays as it is, and so does the watch of the guards.
func (f *Flows) Pause(ctx context.Context, by audit.Actor, ref FlowRef, reason string) (Flow, error) {
	if err := checkReason(reason); err != nil {
		return Flow{}, err
	}
	return f.change(ctx, ref, "pause", func(flow *Flow) (*edit, error) {
		return f.turn(by, flow, audit.RolloutPaused, func(r rollout.Rollout) (rollout.Rollout, error) { return r.Pause(reason, f.now()) })
	})
}

// Resume lets a paused rollout go on.
func (f *Flows) Resume(ctx context.Context, by audit.Actor, ref FlowRef) (Flow, error) {
	return f.change(ctx, ref, "resume", func(flow *Flow) (*edit, error) {
		return f.turn(by, flow, audit.RolloutResumed, func(r rollout.Rollout) (rollout.Rollout, error) { return r.Resume(f.now()) })
	})
}

// Abort ends an active rollout: no run begins with the candidate any more. Runs that have it keep it, unless it is recalled too.
func (f *Flows) Abort(ctx context.Context, by audit.Actor, ref FlowRef, reason string, recall bool) (Flow, error) {
	if err := checkReason(reason); err != nil {
		return Flow{}, err
	}
	return f.change(ctx, ref, "abort", func(flow *Flow) (*edit, error) {
		e, err := f.abort(by, flow, reason)
		if err != nil || !recall {
			return e, err
		}
		r, err := f.Store.Revision(ctx, ref.Tenant, ref.Flow, flow.Rollout.Candidate)
		if err != nil {
			return nil, err
		}
		f.recall(by, e, &r, reason)
		return e, nil
	})
}

// breach takes a candidate back for a guard, and recalls it: it is known to do harm, also to those who are half-way through it.
func (f *Flows) breach(ctx context.Context, ref FlowRef, number int, b *rollout.Breach) (Flow, error) {
	return f.change(ctx, ref, "roll back", func(flow *Flow) (*edit, error) {
		if !flow.Rolling() || flow.Rollout.Number != number {
			return nil, ErrNoRollout
		}
		reason := b.Guard.String()
		flow.Rollout.Breach = b
		e, err := f.turn(conductor, flow, audit.RolloutBreached, func(r rollout.Rollout) (rollout.Rollout, error) {
			return r.End(rollout.RolledBack, reason, f.now())
		})
		if err != nil {
			return nil, err
		}
		r, err := f.Store.Revision(ctx, ref.Tenant, ref.Flow, flow.Rollout.Candidate)
		if err != nil {
			return nil, err
		}
		if r.Recall == nil {
			f.recall(conductor, e, &r, reason)
		}
		if url := flow.Rollout.Plan.Notify; url != "" {
			flow.Notice = newNotice(flow, f.now())
		}
		return e, nil
	})
}

// turn changes the state of a flow's active rollout.
func (f *Flows) turn(by audit.Actor, flow *Flow, kind audit.EventType, change func(rollout.Rollout) (rollout.Rollout, error)) (*edit, error) {
	if !flow.Rolling() {
		return nil, ErrNoRollout
	}
	next, err := change(*flow.Rollout)
	if err != nil {
		return nil, err
	}
	flow.Rollout = &next
	return &edit{events: []audit.Event{f.rolloutEvent(by, kind, flow)}}, nil
}

func (f *Flows) rolloutEvent(by audit.Actor, kind audit.EventType, flow *Flow) audit.Event {
	r := flow.Rollout
	return audit.Event{
		Time: f.now(), Type: kind, Tenant: string(flow.Tenant), Actor: by, Flow: string(flow.Slug), Revision: r.Candidate, Subject: fmt.Sprintf("rollout %d", r.Number), After: describe(r),
	}
}

// open says whether something new may go live that was made from a revision.
func (f *Flows) open(ctx context.Context, flow *Flow, base int) error {
	switch {
	case flow.Rolling():
		return fmt.Errorf("revision %d: %w", flow.Rollout.Candidate, ErrRolling)
	case flow.Revision != base:
		return fmt.Errorf("revision %d is live, the change was made from %d: %w", flow.Revision, base, catalog.ErrConflict)
	}
	return f.thawed(ctx, flow)
}

// goLive makes a revision the live one.
func (flow *Flow) goLive(number int) {
	flow.Previous, flow.Revision, flow.Latest = flow.Revision, number, max(flow.Latest, number)
}

// edit is what is stored together with a flow.
type edit struct {
	revisions []Revision
	events    []audit.Event
}

// editTries is how often an edit is made anew because somebody else was first.
const editTries = 5

// change reads a flow, lets apply change it, and stores it, again if somebody else was first. An edit of nil changes nothing.
func (f *Flows) change(ctx context.Context, ref FlowRef, doing string, apply func(*Flow) (*edit, error)) (Flow, error) {
	for try := 1; ; try++ {
		flow, err := f.Store.Flow(ctx, ref.Tenant, ref.Flow)
		if err != nil {
			return Flow{}, fmt.Errorf("%s: flow %s: %w", doing, ref.Flow, err)
		}
		flow.Freezes = slices.Clone(flow.Freezes)
		e, err := apply(&flow)
		if err != nil || e == nil {
			return flow, err
		}
		flow.Edition++
		err = f.Store.SaveFlow(ctx, flow, e.revisions, e.events...)
		if errors.Is(err, catalog.ErrConflict) && try < editTries {
			continue
		}
		if err != nil {
			return Flow{}, fmt.Errorf("%s: flow %s: %w", doing, ref.Flow, err)
		}
		return flow, nil
	}
}

func checkReason(reason string) error {
	if len(reason) > maxMessage {
		return invalid("/reason", "a reason has at most %d bytes", maxMessage)
	}
	return nil
}

// Status is how a rollout does.
type Status struct {
	Flow     Flow // with the rollout
	Totals   rollout.Totals
	Verdicts []rollout.Verdict
}

// Status returns how a flow's last rollout does or did; catalog.ErrNotFound if there was none. Figures are at most some seconds old.
func (f *Flows) Status(ctx context.Context, ref FlowRef) (Status, error) {
	flow, err := f.Store.Flow(ctx, ref.Tenant, ref.Flow)
	if err == nil && flow.Rollout == nil {
		err = catalog.ErrNotFound
	}
	if err != nil {
		return Status{}, fmt.Errorf("rollout of flow %s: %w", ref.Flow, err)
	}
	s := Status{Flow: flow}
	if s.Totals, err = f.Store.Figures(ctx, ref); err != nil {
		return Status{}, fmt.Errorf("figures of flow %s: %w", ref.Flow, err)
	}
	if s.Totals.Rollout != flow.Rollout.Number {
		s.Totals = rollout.Totals{}
	}
	s.Verdicts = flow.Rollout.Judge(&s.Totals)
	return s, nil
}
