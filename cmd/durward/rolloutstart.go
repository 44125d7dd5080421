package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/durward/durward/web/api"
)

type rolloutStart struct {
	tenantConnection
	Flow      string   `arg:"" help:"The flow's slug."`
	Pin       []string `sep:"none" placeholder:"ACTION@VERSION" help:"The candidate is the live revision with this version in all places where the action is. It can be said several times."`
	File      string   `placeholder:"FILE|-" help:"The candidate has the slots in this file, as for \"flow save\"."`
	Candidate int      `placeholder:"N" help:"The candidate is this stored revision."`
	Step      []string `sep:"none" placeholder:"PERCENT[:TIME[:RUNS]]" help:"A step: the share of the users, how long it lasts at least, and how many runs it needs. It can be said several times, with growing shares."`
	Guard     []string `sep:"none" placeholder:"METRIC=BOUND" help:"A bound for the candidate: error_rate, block_rate, mfa_rate, redirect_rate or p95_ms, as 2%, 500ms, or 1.5x for 1.5 times what stable has. It can be said several times."`
	MinSample int64    `placeholder:"N" help:"How many calls of a cohort a guard needs. Default: 50."`
	Notify    string   `placeholder:"URL" help:"What gets a signed POST when a guard takes the candidate back."`
	Message   string   `short:"m" help:"What is new."`
}

// Help is shown below the summary.
func (rolloutStart) Help() string {
	return `    durward rollout start login --pin welcome@1.1.0 --step 1:10m:200 --step 10:30m:500 --step 50:1h \
      --guard error_rate=2% --guard block_rate=1.5x --guard p95_ms=1.5x

After the last step the candidate is live for everybody. A step that is only a share waits until "rollout promote".`
}

func (c *rolloutStart) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	plan, err := c.plan()
	if err != nil {
		return err
	}
	f, err := tenant.Flow(ctx, c.Flow)
	if err != nil {
		return err
	}
	n := api.NewRollout{Base: f.Revision, Candidate: c.Candidate, Message: c.Message, RolloutPlan: plan}
	if n.Slots, err = c.slots(&f, s); err != nil {
		return err
	}
	r, err := tenant.StartRollout(ctx, c.Flow, n)
	if err != nil {
		return err
	}
	return c.show(s.out, r, func(w io.Writer) {
		fmt.Fprintf(w, "Revision %d is rolled out to %g %% of the users of %s; revision %d stays stable.\n", r.Candidate, r.Percent, c.Flow, r.Stable)
		for _, warning := range r.Warnings {
			fmt.Fprintf(s.err, "warning: %s\n", harmless(warning.Detail))
		}
	})
}

// slots are those of a new candidate, nil for a stored one.
func (c *rolloutStart) slots(f *api.FlowDetail, s streams) (map[string]api.Slot, error) {
	ways := 0
	for _, is := range []bool{len(c.Pin) > 0, c.File != "", c.Candidate != 0} {
		if is {
			ways++
		}
	}
	if ways != 1 {
		return nil, &usageError{"what is the candidate? Say one of --pin, --file and --candidate"}
	}
	if c.File != "" {
		text, err := readJSON("the file", c.File, s)
		if err != nil {
			return nil, err
		}
		var slots map[string]api.Slot
		if err := decodeStrict(text, &slots); err != nil {
			return nil, &usageError{fmt.Sprintf("%s does not hold slots: %v", c.File, err)}
		}
		return slots, nil
	}
	for _, pin := range c.Pin {
		action, version, ok := strings.Cut(pin, "@")
		if !ok {
			return nil, &usageError{fmt.Sprintf("which version of %s? A pin is exact: say %s@1.0.0", pin, pin)}
		}
		if !repin(f.Live.Slots, action, version) {
			return nil, fmt.Errorf("the flow has no attachment of %s; --file gives the candidate other actions", action)
		}
	}
	if len(c.Pin) == 0 {
		return nil, nil
	}
	return f.Live.Slots, nil
}

// repin gives all attachments of an action another version, and says whether there are any.
func repin(slots map[string]api.Slot, action, version string) (found bool) {
	in := func(list []api.Attachment) {
		for i := range list {
			if list[i].Action == action {
				list[i].Version, found = version, true
			}
		}
	}
	for _, slot := range slots {
		in(slot.Default)
		for _, list := range slot.Methods {
			in(list)
		}
	}
	return found
}

func (c *rolloutStart) plan() (api.RolloutPlan, error) {
	p := api.RolloutPlan{MinSample: c.MinSample, Notify: c.Notify}
	if len(c.Step) == 0 {
		return p, &usageError{"in which steps? Say --step 1:10m:200 --step 50:1h, for example"}
	}
	for _, text := range c.Step {
		step, err := parseStep(text)
		if err != nil {
			return p, err
		}
		p.Steps = append(p.Steps, step)
	}
	for _, text := range c.Guard {
		guard, err := parseGuard(text)
		if err != nil {
			return p, err
		}
		p.Guards = append(p.Guards, guard)
	}
	return p, nil
}

func parseStep(text string) (step api.RolloutStep, err error) {
	parts := strings.Split(text, ":")
	step.Percent, err = strconv.ParseFloat(strings.TrimSuffix(parts[0], "%"), 64)
	if err == nil && len(parts) > 1 {
		var d time.Duration
		d, err = time.ParseDuration(parts[1])
		step.DurationSeconds = int(d / time.Second)
	}
	if err == nil && len(parts) > 2 {
		step.MinRuns, err = strconv.ParseInt(parts[2], 10, 64)
	}
	if err != nil || len(parts) > 3 || math.IsNaN(step.Percent) || math.IsInf(step.Percent, 0) {
		return step, &usageError{fmt.Sprintf("--step %s is no step: say 10, 10:30m or 10:30m:500", text)}
	}
	return step, nil
}

func parseGuard(text string) (g api.RolloutGuard, err error) {
	metric, bound, _ := strings.Cut(text, "=")
	g.Metric = metric
	number, ratio := strings.CutSuffix(bound, "x")
	number, percent := strings.CutSuffix(number, "%")
	value, err := strconv.ParseFloat(strings.TrimSuffix(number, "ms"), 64)
	switch {
	case err != nil || math.IsNaN(value) || math.IsInf(value, 0):
		return g, &usageError{fmt.Sprintf("--guard %s is no guard: say error_rate=2%%, p95_ms=500ms or block_rate=1.5x", text)}
	case ratio:
		g.MaxRatio = value
	case percent:
		g.Max = value / 100
	default:
		g.Max = value
	}
	return g, nil
}
