package versions

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions/rollout"
)

// conductor is who edits when nobody does.
var conductor = audit.Actor{Name: "durward", Role: audit.SystemRole}

// Conductor carries out the rollouts of all tenants: it adds what this node has counted to the shared figures, asks the guards, goes from step to step, sends notices, and keeps the run keys
// young. Every node has one; what they decide is stored by compare-and-swap, so that it happens once.
type Conductor struct {
	Flows  *Flows
	Live   *Live
	Sealer *Sealer
	// Notifier sends notices. Default: none are sent.
	Notifier Notifier
	// Logger gets what could not be done, which is tried again. Default: slog.Default.
	Logger *slog.Logger
	// Every is how often the guards are asked. Default: 1 s.
	Every time.Duration
}

// Run conducts until ctx ends, and then stores what is counted.
func (c *Conductor) Run(ctx context.Context) {
	every := c.Every
	if every <= 0 {
		every = time.Second
	}
	var all sync.WaitGroup
	all.Go(func() { repeat(ctx, every, c.Tick) })
	all.Go(func() { repeat(ctx, every, c.SendNotices) }) // apart: a target may be slow
	all.Go(func() { repeat(ctx, keyCheck, c.RenewKeys) })
	all.Wait()
	c.Tick(context.WithoutCancel(ctx))
}

func repeat(ctx context.Context, every time.Duration, do func(context.Context)) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		do(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// Tick looks after each active rollout once.
func (c *Conductor) Tick(ctx context.Context) { c.each(ctx, c.look) }

// abreast is how many flows are looked at together: their writes share transactions.
const abreast = 32

// each does something for every flow of which something is to be done, and returns when all is done.
func (c *Conductor) each(ctx context.Context, do func(context.Context, FlowRef) error) {
	refs, err := c.Flows.Store.Unfinished(ctx)
	if err != nil && ctx.Err() == nil {
		c.logger().Error("list rollouts", "error", err)
	}
	places := make(chan struct{}, abreast)
	var all sync.WaitGroup
	for _, ref := range refs {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			err := do(ctx, ref)
			if err != nil && !errors.Is(err, catalog.ErrConflict) && !errors.Is(err, ErrNoRollout) && ctx.Err() == nil { // those two: another node was first
				c.logger().Error("conduct rollout", "tenant", ref.Tenant, "flow", ref.Flow, "error", err)
			}
		})
	}
	all.Wait()
}

// look stores what was counted of a rollout, and does what is due.
func (c *Conductor) look(ctx context.Context, ref FlowRef) error {
	flow, err := c.Flows.Store.Flow(ctx, ref.Tenant, ref.Flow)
	if err != nil {
		return err
	}
	r := flow.Rollout
	if !flow.Rolling() {
		return nil
	}
	totals, err := c.flush(ctx, ref, r)
	if err != nil {
		return err
	}
	if b := r.FirstBreach(&totals); b != nil {
		if _, err = c.Flows.breach(ctx, ref, r.Number, b); err == nil {
			c.Live.dropCounter(ref, r.Number)
			c.logger().Warn("rolled back", "tenant", ref.Tenant, "flow", ref.Flow, "candidate", r.Candidate, "guard", b.Guard.String(), "stable_figure", b.Stable, "candidate_figure", b.Candidate)
		}
		return err
	}
	if now := c.Flows.now(); r.Due(&totals, now) {
		if err := c.Flows.thawed(ctx, &flow); errors.Is(err, ErrFrozen) {
			return nil
		} else if err != nil {
			return err
		}
		_, err = c.Flows.change(ctx, ref, "promote", func(flow *Flow) (*edit, error) {
			if !flow.Rolling() || flow.Rollout.Number != r.Number || flow.Rollout.Step != r.Step || !flow.Rollout.Due(&totals, now) {
				return nil, nil // somebody else was first
			}
			return c.Flows.promote(conductor, flow, false, &totals)
		})
	}
	return err
}

// flush adds what this node has counted to the rollout's figures.
func (c *Conductor) flush(ctx context.Context, ref FlowRef, r *rollout.Rollout) (rollout.Totals, error) {
	counter := c.Live.Counter(ref, r.Number)
	delta := counter.Take()
	if delta.Empty() {
		return c.Flows.Store.Figures(ctx, ref)
	}
	totals, err := c.Flows.Store.UpdateFigures(ctx, ref, func(t *rollout.Totals) { t.Add(r, &delta) })
	if err != nil {
		counter.Return(delta)
	}
	return totals, err
}

func (c *Conductor) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}
