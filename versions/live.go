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
)

// Live answers what runs for a call. What it has answered once it answers again without I/O and without a lock, until the flow changes.
type Live struct {
	store Store
	flows sync.Map // FlowRef to *Resolved: the live revisions

	mu       sync.Mutex                // for what changes flows, and for the rest
	changes  uint64                    // counts the changes of flows, so that what was read before one is not kept after it
	old      map[revisionRef]*Resolved // revisions that runs are sealed to
	programs map[vm.Digest]weak.Pointer[runtime.Program]

	conditions map[condition.Key]weak.Pointer[condition.Condition]
}

type revisionRef struct {
	FlowRef
	number int
}

// maxOld is how many revisions that are no longer live are kept; they are immutable, so that all can be dropped at any time.
const maxOld = 4096

// NewLive returns a live table that follows the store until ctx ends.
func NewLive(ctx context.Context, store Store) *Live {
	l := &Live{store: store, old: map[revisionRef]*Resolved{}, programs: map[vm.Digest]weak.Pointer[runtime.Program]{}, conditions: map[condition.Key]weak.Pointer[condition.Condition]{}}
	store.WatchFlows(ctx, l.forget)
	return l
}

func (l *Live) forget(ref FlowRef) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	l.flows.Delete(ref)
}

// remember keeps a revision that was found live when changes was seen, unless a flow has changed since: it may be this one.
func (l *Live) remember(ref FlowRef, r *Resolved, seen uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes == seen {
		l.flows.Store(ref, r)
	}
}

func (l *Live) seen() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// Resolved is a revision ready to run. It is immutable.
type Resolved struct {
	Kind     contract.FlowKind
	Revision int
	slots    map[contract.SlotName]*resolvedSlot
}

type resolvedSlot struct {
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
	s := r.slots[slot]
	if s == nil {
		return Chain{}
	}
	if list, ok := s.methods[method]; ok {
		return Chain{list, s.budget}
	}
	return Chain{s.standard, s.budget}
}

// Order is the order of a slot's deliveries.
func (r *Resolved) Order(slot contract.SlotName) Order {
	if s := r.slots[slot]; s != nil {
		return s.order
	}
	return ""
}

// Current returns the live revision of a flow; the error is catalog.ErrNotFound if there is no such flow.
func (l *Live) Current(ctx context.Context, ref FlowRef) (*Resolved, error) {
	if r, ok := l.flows.Load(ref); ok {
		return r.(*Resolved), nil
	}
	seen := l.seen()
	flow, err := l.store.Flow(ctx, ref.Tenant, ref.Flow)
	if err != nil {
		return nil, fmt.Errorf("flow %s: %w", ref.Flow, err)
	}
	r, err := l.load(ctx, &flow, flow.Revision)
	if err != nil {
		return nil, err
	}
	l.remember(ref, r, seen)
	return r, nil
}

// Revision returns a revision of a flow; the error is catalog.ErrNotFound if there is none.
func (l *Live) Revision(ctx context.Context, ref FlowRef, number int) (*Resolved, error) {
	if r, ok := l.flows.Load(ref); ok && r.(*Resolved).Revision == number {
		return r.(*Resolved), nil
	}
	key := revisionRef{ref, number}
	l.mu.Lock()
	r := l.old[key]
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.old) >= maxOld {
		clear(l.old)
	}
	l.old[key] = r
	return r, nil
}

func (l *Live) load(ctx context.Context, flow *Flow, number int) (*Resolved, error) {
	revision, err := l.store.Revision(ctx, flow.Tenant, flow.Slug, number)
	if err != nil {
		return nil, fmt.Errorf("revision %d of flow %s: %w", number, flow.Slug, err)
	}
	r := &Resolved{Kind: flow.Kind, Revision: number, slots: map[contract.SlotName]*resolvedSlot{}}
	for name, slot := range revision.Slots {
		s := &resolvedSlot{order: slot.Order, methods: map[contract.Method][]runtime.Step{}, budget: time.Duration(slot.TimeoutMS) * time.Millisecond}
		trigger, _ := contract.Lookup(triggerID(flow.Kind, name))
		if s.standard, err = l.steps(ctx, flow, trigger, slot.Default); err != nil {
			return nil, err
		}
		for method, list := range slot.Methods {
			if s.methods[method], err = l.steps(ctx, flow, trigger, list); err != nil {
				return nil, err
			}
		}
		r.slots[name] = s
	}
	return r, nil
}

func (l *Live) steps(ctx context.Context, flow *Flow, trigger contract.Trigger, list []Attachment) ([]runtime.Step, error) {
	steps := make([]runtime.Step, 0, len(list))
	for _, a := range list {
		if a.Disabled {
			continue
		}
		v, err := l.store.Version(ctx, flow.Tenant, a.Action, a.Version)
		if err != nil {
			return nil, fmt.Errorf("version %s of %s in flow %s: %w", a.Version, a.Action, flow.Slug, err)
		}
		limits := runtimeLimits(a.Limits)
		limits.Wall = time.Duration(a.TimeoutMS) * time.Millisecond
		steps = append(steps, runtime.Step{
			Attachment: a.ID, Action: string(a.Action), Version: a.Version, Program: l.program(v.Bundle, v.SourceMap), Config: a.Config,
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
