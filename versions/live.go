package versions

import (
	"context"
	"fmt"
	"sync"
	"time"
	"weak"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/condition"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/versions/rollout"
)

// Live answers what runs for a call. What it has answered once it answers again without I/O and without a lock, until the flow changes.
type Live struct {
	store Store
	flows sync.Map // FlowRef to *Current

	mu       sync.Mutex                      // for what changes flows, and for the rest
	changes  uint64                          // counts the changes of flows, so that what was read before one is not kept after it
	old      map[FlowRef]map[int]*Resolved   // revisions that were read
	olds     int                             // how many they are
	counters map[rolloutRef]*rollout.Counter // of rollouts that are or were active
	programs map[vm.Digest]weak.Pointer[runtime.Program]

	conditions map[condition.Key]weak.Pointer[condition.Condition]
}

type rolloutRef struct {
	FlowRef
	number int
}

// maxOld is how many revisions are kept beside those that are live; they can be read again, so that all can be dropped at any time.
const maxOld = 4096

// NewLive returns a live table that follows the store until ctx ends.
func NewLive(ctx context.Context, store Store) *Live {
	l := &Live{
		store: store, old: map[FlowRef]map[int]*Resolved{}, counters: map[rolloutRef]*rollout.Counter{},
		programs: map[vm.Digest]weak.Pointer[runtime.Program]{}, conditions: map[condition.Key]weak.Pointer[condition.Condition]{},
	}
	store.WatchFlows(ctx, l.forget)
	return l
}

// forget drops what is known of a flow, its revisions too: one may have been recalled.
func (l *Live) forget(ref FlowRef) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	l.flows.Delete(ref)
	l.olds -= len(l.old[ref])
	delete(l.old, ref)
}

// remember keeps what was read of a flow when changes was seen, unless a flow has changed since: it may be this one.
func (l *Live) remember(ref FlowRef, c *Current, seen uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes == seen {
		l.flows.Store(ref, c)
	}
}

func (l *Live) seen() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// Current is what runs of a flow now. It is immutable, but for the counter of its rollout.
type Current struct {
	*Resolved // the live revision, which is the stable one of a rollout
	// Rollout is the active rollout, nil if there is none.
	Rollout   *rollout.Rollout
	Candidate *Resolved // the rollout's
	Counter   *rollout.Counter
}

// Cohort is the part of the active rollout that a run about the subject begins in, with its revision.
func (c *Current) Cohort(of rollout.Subject) (rollout.Cohort, *Resolved) {
	if c.Rollout == nil {
		return rollout.None, c.Resolved
	}
	return c.in(c.Rollout.Salt.Place(of).Cohort(c.Rollout.Percent()))
}

func (c *Current) in(cohort rollout.Cohort) (rollout.Cohort, *Resolved) {
	if cohort == rollout.Candidate {
		return cohort, c.Candidate
	}
	return cohort, c.Resolved
}

// Resolved is a revision ready to run. It is immutable.
type Resolved struct {
	Kind     contract.FlowKind
	Revision int
	// Recalled says that the revision or a version in it was recalled: runs go on with the live one.
	Recalled bool
	slots    []resolvedSlot // few: going through them touches less memory than a map
}

type resolvedSlot struct {
	name     contract.SlotName
	order    Order
	standard []runtime.Step
	methods  map[contract.Method][]runtime.Step
	budget   time.Duration
}

// Chain is what runs for a call. It is shared and must not be changed.
type Chain struct {
	Steps []runtime.Step
	// Budget is the wall-clock time of the whole chain; 0 means the default.
	Budget time.Duration
}

// Chain is what runs in a slot for a method: the method's list where there is one, else the default list, without what is disabled.
func (r *Resolved) Chain(slot contract.SlotName, method contract.Method) Chain {
	s := r.slot(slot)
	if s == nil {
		return Chain{}
	}
	if list, ok := s.methods[method]; ok {
		return Chain{list, s.budget}
	}
	return Chain{s.standard, s.budget}
}

func (r *Resolved) slot(name contract.SlotName) *resolvedSlot {
	for i := range r.slots {
		if r.slots[i].name == name {
			return &r.slots[i]
		}
	}
	return nil
}

// Order is the order of a slot's deliveries.
func (r *Resolved) Order(slot contract.SlotName) Order {
	if s := r.slot(slot); s != nil {
		return s.order
	}
	return ""
}

// Current returns what runs of a flow now; the error is catalog.ErrNotFound if there is no such flow.
func (l *Live) Current(ctx context.Context, ref FlowRef) (*Current, error) {
	if c, ok := l.flows.Load(ref); ok {
		return c.(*Current), nil
	}
	seen := l.seen()
	flow, err := l.store.Flow(ctx, ref.Tenant, ref.Flow)
	if err != nil {
		return nil, fmt.Errorf("flow %s: %w", ref.Flow, err)
	}
	c := &Current{}
	if c.Resolved, err = l.load(ctx, &flow, flow.Revision); err != nil {
		return nil, err
	}
	if flow.Rolling() {
		c.Rollout, c.Counter = flow.Rollout, l.Counter(ref, flow.Rollout.Number)
		if c.Candidate, err = l.load(ctx, &flow, flow.Rollout.Candidate); err != nil {
			return nil, err
		}
	}
	l.remember(ref, c, seen)
	return c, nil
}

// Counter returns the counter of a rollout on this node.
func (l *Live) Counter(ref FlowRef, number int) *rollout.Counter {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := rolloutRef{ref, number}
	c := l.counters[key]
	if c == nil {
		c = new(rollout.Counter)
		l.counters[key] = c
	}
	return c
}

// dropCounter forgets the counter of a rollout that has ended.
func (l *Live) dropCounter(ref FlowRef, number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.counters, rolloutRef{ref, number})
}

// Revision returns a revision of a flow; the error is catalog.ErrNotFound if there is none.
func (l *Live) Revision(ctx context.Context, ref FlowRef, number int) (*Resolved, error) {
	if v, ok := l.flows.Load(ref); ok {
		c := v.(*Current)
		if c.Revision == number {
			return c.Resolved, nil
		}
		if c.Candidate != nil && c.Candidate.Revision == number {
			return c.Candidate, nil
		}
	}
	l.mu.Lock()
	r, seen := l.old[ref][number], l.changes
	l.mu.Unlock()
	if r != nil {
		return r, nil
	}
	flow, err := l.store.Flow(ctx, ref.Tenant, ref.Flow)
	if err != nil {
		return nil, fmt.Errorf("flow %s: %w", ref.Flow, err)
	}
	if r, err = l.load(ctx, &flow, number); err != nil {
		return nil, err
	}
	l.keep(ref, r, seen)
	return r, nil
}

func (l *Live) keep(ref FlowRef, r *Resolved, seen uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes != seen { // it may have been recalled meanwhile
		return
	}
	if l.olds >= maxOld {
		clear(l.old)
		l.olds = 0
	}
	if l.old[ref] == nil {
		l.old[ref] = map[int]*Resolved{}
	}
	if l.old[ref][r.Revision] == nil {
		l.olds++
	}
	l.old[ref][r.Revision] = r
}

func (l *Live) load(ctx context.Context, flow *Flow, number int) (*Resolved, error) {
	revision, err := l.store.Revision(ctx, flow.Tenant, flow.Slug, number)
	if err != nil {
		return nil, fmt.Errorf("revision %d of flow %s: %w", number, flow.Slug, err)
	}
	r := &Resolved{Kind: flow.Kind, Revision: number, Recalled: revision.Recall != nil, slots: make([]resolvedSlot, 0, len(revision.Slots))}
	for name, slot := range revision.Slots {
		s := resolvedSlot{name: name, order: slot.Order, budget: time.Duration(slot.TimeoutMS) * time.Millisecond}
		trigger, known := contract.Lookup(triggerID(flow.Kind, name))
		if known {
			s.name = trigger.Slot // the same memory for all flows
		}
		if s.standard, err = l.steps(ctx, flow, r, trigger, slot.Default); err != nil {
			return nil, err
		}
		if len(slot.Methods) > 0 {
			s.methods = make(map[contract.Method][]runtime.Step, len(slot.Methods))
		}
		for method, list := range slot.Methods {
			if s.methods[method], err = l.steps(ctx, flow, r, trigger, list); err != nil {
				return nil, err
			}
		}
		r.slots = append(r.slots, s)
	}
	return r, nil
}

func (l *Live) steps(ctx context.Context, flow *Flow, r *Resolved, trigger contract.Trigger, list []Attachment) ([]runtime.Step, error) {
	steps := make([]runtime.Step, 0, len(list))
	for _, a := range list {
		if a.Disabled {
			continue
		}
		v, err := l.store.Version(ctx, flow.Tenant, a.Action, a.Version)
		if err != nil {
			return nil, fmt.Errorf("version %s of %s in flow %s: %w", a.Version, a.Action, flow.Slug, err)
		}
		r.Recalled = r.Recalled || v.Recall != nil
		limits := runtimeLimits(a.Limits)
		limits.Wall = time.Duration(a.TimeoutMS) * time.Millisecond
		steps = append(steps, runtime.Step{
			Attachment: a.ID, Action: string(a.Action), Version: a.Version, Program: l.program(v.Bundle, v.SourceMap), Config: runtime.NewConfig(a.Config),
			Secrets: v.Secrets, Hosts: v.reach(), When: l.condition(a.When, trigger), OnFailure: runtime.Policy(a.OnFailure), Limits: limits,
		})
	}
	return steps, nil
}

// program returns one program for all that have the same content: a template that ten thousand tenants use is in memory once.
func (l *Live) program(script, sourceMap []byte) *runtime.Program {
	p := newProgram(script, sourceMap)
	l.mu.Lock()
	defer l.mu.Unlock()
	if same := l.programs[p.Digest].Value(); same != nil {
		return same
	}
	if len(l.programs) >= maxOld {
		for digest, pointer := range l.programs {
			if pointer.Value() == nil {
				delete(l.programs, digest)
			}
		}
	}
	l.programs[p.Digest] = weak.Make(p)
	return p
}

func newProgram(script, sourceMap []byte) *runtime.Program { return vm.NewProgram(script, sourceMap) }
