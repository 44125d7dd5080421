package main

import (
	"context"
	"fmt"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type statsCommand struct {
	tenantConnection
	By     string `enum:"action,version,flow,slot,revision" default:"flow" help:"What to tell apart: executions by action or version, calls by flow, slot or revision: ${enum}."`
	From   moment `placeholder:"TIME" help:"At this time or later. Default: a day ago."`
	To     moment `placeholder:"TIME" help:"Before this time."`
	Flow   string `help:"Calls of this flow."`
	Action string `help:"Executions of this action."`
}

func (c *statsCommand) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	stats, err := tenant.Statistics(ctx, client.StatisticsQuestion{By: c.By, Flow: c.Flow, Action: c.Action, From: c.From.Time, To: c.To.Time})
	if err != nil {
		return err
	}
	if c.JSON == outputJSON {
		return printJSON(s.out, stats)
	}
	t := newTable(s.out, "OF", "COUNT", "CONTINUE", "MFA", "REDIRECT", "BLOCK", "NO ANSWER", "FAILED", "P50", "P95")
	for _, course := range stats.Items {
		f := course.Total
		t.row(courseName(&course), fmt.Sprint(f.Count), fmt.Sprint(f.Continue), fmt.Sprint(f.MFA), fmt.Sprint(f.Redirect), fmt.Sprint(f.Block), fmt.Sprint(f.None), fmt.Sprint(f.Failed),
			micros(f.P50US), micros(f.P95US))
	}
	return t.flush()
}

// courseName is what a course is of: action@version, or flow@revision/slot, as far as they are told apart.
func courseName(c *api.Course) string {
	name := c.Action + c.Flow
	if c.Version != "" {
		name += "@" + c.Version
	}
	if c.Revision != 0 {
		name += fmt.Sprintf("@%d", c.Revision)
	}
	if c.Slot != "" {
		name += " " + c.Slot
	}
	return name
}
