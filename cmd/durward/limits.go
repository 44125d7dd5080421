package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/durward/durward/web/api"
)

type limitsCommand struct {
	Show limitsShow `cmd:"" help:"Show the most that one execution of a tenant may have. It needs the operator key."`
	Set  limitsSet  `cmd:"" help:"Say it, in place of what was said before. It needs the operator key."`
}

type limitsShow struct{ tenantConnection }

func (c *limitsShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	l, err := tenant.Limits(ctx)
	if err != nil {
		return err
	}
	return c.show(s.out, l, func(w io.Writer) { printLimits(w, &l) })
}

type limitsSet struct {
	tenantConnection
	CPU          time.Duration `placeholder:"1s" help:"Computing time."`
	Wall         time.Duration `placeholder:"5s" help:"Time from start to end."`
	Memory       int           `placeholder:"MIB" help:"Memory, in MiB."`
	Requests     int           `placeholder:"N" help:"Requests over the network."`
	Others       string        `default:"{}" placeholder:"FILE|-|JSON" help:"Further limits by their names in the API, for example {\"log_lines\": 50}."`
	InternalHost []string      `sep:"," placeholder:"HOST:PORT" help:"A target inside the network that the tenant's actions may reach. It can be said several times. Default: none."`
	Revision     *int          `placeholder:"N" help:"The revision that show shows; it is refused if somebody else has saved by now. Default: whatever is there."`
}

// Help is shown below the summary.
func (limitsSet) Help() string {
	return `What is not said is what the server's own settings allow (the flags --max-... of serve), and nothing can be above that:

    durward limits set --tenant acme --cpu 1s --memory 96 --internal-host billing.internal:8080

An execution has the defaults unless its attachment says otherwise, up to these limits; a limit below a default lowers it.`
}

func (c *limitsSet) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	others, err := readLimits("--others", c.Others, s)
	if err != nil {
		return err
	}
	change := api.LimitsChange{Revision: c.Revision, WallMS: int(c.Wall.Milliseconds()), Limits: others, InternalHosts: c.InternalHost}
	if c.CPU != 0 {
		change.CPUMS = int(c.CPU.Milliseconds())
	}
	if c.Memory != 0 {
		change.MemoryBytes = c.Memory << 20
	}
	if c.Requests != 0 {
		change.Requests = c.Requests
	}
	l, err := tenant.SaveLimits(ctx, change)
	if err != nil {
		return err
	}
	return c.show(s.out, l, func(w io.Writer) { printLimits(w, &l) })
}

// readLimits reads limits as the API has them.
func readLimits(name, argument string, s streams) (api.Limits, error) {
	var l api.Limits
	text, err := readJSON(name, argument, s)
	if err != nil {
		return l, err
	}
	if err := decodeStrict(text, &l); err != nil {
		return l, &usageError{fmt.Sprintf("%s does not hold limits: %v", name, err)}
	}
	return l, nil
}

func printLimits(w io.Writer, l *api.TenantLimits) {
	list := effect(l.Limits)
	if l.WallMS != 0 || list != "" {
		facts(w, "time", budget(l.WallMS), "limits", list)
	} else {
		fmt.Fprintln(w, "The server's own maxima.")
	}
	facts(w, append([]string{"internal hosts", strings.Join(l.InternalHosts, " ")}, saved(l.Revision, when(l.UpdatedAt), l.UpdatedBy)...)...)
}
