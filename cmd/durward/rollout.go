package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type rolloutCommand struct {
	Start   rolloutStart   `cmd:"" help:"Roll out a candidate to a growing part of the users."`
	Show    rolloutShow    `cmd:"" help:"Show how a flow's last rollout does, or did."`
	Promote rolloutPromote `cmd:"" help:"Go to the next step now, or to the end."`
	Pause   rolloutPause   `cmd:"" help:"Keep a rollout at its step. The guards watch on."`
	Resume  rolloutResume  `cmd:"" help:"Let a paused rollout go on."`
	Abort   rolloutAbort   `cmd:"" help:"End a rollout: everybody has the stable revision again."`
	Pass    rolloutPass    `cmd:"" help:"Make a pass that sends runs to a cohort, to try the candidate."`
}

type rolloutShow struct {
	tenantConnection
	Flow string `arg:"" help:"The flow's slug."`
}

func (c *rolloutShow) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, func(t *client.Tenant) (api.Rollout, error) { return t.Rollout(ctx, c.Flow) })
}

type rolloutPromote struct {
	tenantConnection
	Flow string `arg:"" help:"The flow's slug."`
	All  bool   `help:"Make the candidate live for everybody now."`
}

func (c *rolloutPromote) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, func(t *client.Tenant) (api.Rollout, error) { return t.Promote(ctx, c.Flow, c.All) })
}

type rolloutPause struct {
	tenantConnection
	Flow   string `arg:"" help:"The flow's slug."`
	Reason string `short:"m" help:"Why."`
}

func (c *rolloutPause) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, func(t *client.Tenant) (api.Rollout, error) { return t.PauseRollout(ctx, c.Flow, c.Reason) })
}

type rolloutResume struct {
	tenantConnection
	Flow string `arg:"" help:"The flow's slug."`
}

func (c *rolloutResume) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, func(t *client.Tenant) (api.Rollout, error) { return t.ResumeRollout(ctx, c.Flow) })
}

type rolloutAbort struct {
	tenantConnection
	Flow   string `arg:"" help:"The flow's slug."`
	Recall bool   `help:"Recall the candidate too: sign-ins that have it go on with the live revision. Default: they end on it."`
	Reason string `short:"m" help:"Why."`
}

func (c *rolloutAbort) Run(ctx context.Context, s streams) error {
	a := api.Abortion{Reason: api.Reason{Reason: c.Reason}, Recall: c.Recall}
	return c.change(ctx, s, func(t *client.Tenant) (api.Rollout, error) { return t.AbortRollout(ctx, c.Flow, a) })
}

// change does something with a rollout, and shows it.
func (c *tenantConnection) change(_ context.Context, s streams, do func(*client.Tenant) (api.Rollout, error)) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	r, err := do(tenant)
	if err != nil {
		return err
	}
	return c.show(s.out, r, func(w io.Writer) { printRollout(w, &r) })
}

type rolloutPass struct {
	tenantConnection
	Flow   string        `arg:"" help:"The flow's slug."`
	Cohort string        `default:"candidate" enum:"stable,candidate" help:"The cohort to send runs to: stable or candidate."`
	For    time.Duration `default:"1h" help:"How long the pass is valid, at most 24h."`
}

func (c *rolloutPass) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	p, err := tenant.CreatePass(ctx, c.Flow, api.NewPass{Cohort: c.Cohort, ExpiresInSeconds: int(c.For / time.Second)})
	if err != nil {
		return err
	}
	return c.show(s.out, p, func(w io.Writer) { fmt.Fprintln(w, p.Value) })
}

func printRollout(w io.Writer, r *api.Rollout) {
	facts(w, "rollout", strconv.Itoa(r.Number), "state", r.State, "stable", fmt.Sprintf("revision %d", r.Stable), "candidate", fmt.Sprintf("revision %d", r.Candidate),
		"share", fmt.Sprintf("%g %%", r.Percent), "step", fmt.Sprintf("%d of %d, since %s", r.Step, len(r.Steps), when(r.StepAt)), "started", when(r.StartedAt),
		"ended", whenSet(r.EndedAt), "reason", r.Reason, "notice", notice(r.Notice))
	fmt.Fprintln(w)
	t := newTable(w, "COHORT", "RUNS", "CALLS", "ERRORS", "BLOCKED", "MFA", "REDIRECTED", "P95")
	for _, of := range []struct {
		name string
		api.CohortFigures
	}{{"stable", r.Figures.Stable}, {"candidate", r.Figures.Candidate}} {
		t.row(of.name, strconv.FormatInt(of.Runs, 10), strconv.FormatInt(of.Calls, 10), part(of.ErrorRate), part(of.BlockRate), part(of.MFARate), part(of.RedirectRate), fmt.Sprintf("%.3g ms", of.P95MS))
	}
	_ = t.flush()
	if len(r.Verdicts) > 0 {
		fmt.Fprintln(w)
		t := newTable(w, "GUARD", "BOUND", "STABLE", "CANDIDATE", "STANDING")
		for _, v := range r.Verdicts {
			t.row(v.Metric, bound(v.RolloutGuard), metric(v.Metric, v.Stable), metric(v.Metric, v.Candidate), v.Standing)
		}
		_ = t.flush()
	}
	if b := r.Breach; b != nil {
		fmt.Fprintf(w, "\nRolled back because of %s: %s of %d calls, where stable has %s of %d.\n", b.Metric, metric(b.Metric, b.Candidate), b.CandidateCalls, metric(b.Metric, b.Stable), b.StableCalls)
		for _, run := range b.Runs {
			fmt.Fprintf(w, "  durward audit executions --run %s\n", harmless(run))
		}
	}
}

func whenSet(t *time.Time) string {
	if t == nil {
		return ""
	}
	return when(*t)
}

func notice(n *api.RolloutNotice) string {
	switch {
	case n == nil:
		return ""
	case n.SentAt != nil:
		return "sent " + when(*n.SentAt)
	case n.NextAt != nil:
		return fmt.Sprintf("not sent after %d attempts, next %s: %s", n.Attempts, when(*n.NextAt), n.Error)
	}
	return fmt.Sprintf("given up after %d attempts: %s", n.Attempts, n.Error)
}

func part(p float64) string { return fmt.Sprintf("%.3g %%", 100*p) }

func metric(name string, value float64) string {
	if name == "p95_ms" {
		return fmt.Sprintf("%.3g ms", value)
	}
	return part(value)
}

func bound(g api.RolloutGuard) string {
	if g.MaxRatio > 0 {
		return fmt.Sprintf("%g x stable", g.MaxRatio)
	}
	return metric(g.Metric, g.Max)
}
