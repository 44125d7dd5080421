package main

import (
	"context"
	"fmt"
	"io"

	"github.com/durward/durward/web/api"
)

type actionDelete struct {
	tenantConnection
	Slug string `arg:"" help:"The action's slug."`
}

// Help is shown below the summary.
func (actionDelete) Help() string {
	return `The draft and all versions go with it, and do not come back. It is refused while a revision of a flow has one of the versions, also a revision that no longer runs, or another action or module has one in it; the answer names the places. Such a version can be deprecated or recalled instead.`
}

func (c *actionDelete) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	a, err := tenant.DeleteAction(ctx, c.Slug)
	if err != nil {
		return err
	}
	return c.show(s.out, a, func(w io.Writer) { fmt.Fprintf(w, "Deleted %s.\n", a.Slug) })
}

type versionDeprecate struct {
	tenantConnection
	Action string `arg:"" help:"The action's slug."`
	Number string `arg:"" name:"version" help:"The version, for example 1.2.0."`
	Reason string `short:"m" required:"" xor:"how" help:"Why, and what to use."`
	Undo   bool   `required:"" xor:"how" help:"Take it back."`
}

func (c *versionDeprecate) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	var v api.VersionInfo
	if c.Undo {
		v, err = tenant.UndeprecateVersion(ctx, c.Action, c.Number)
	} else {
		v, err = tenant.DeprecateVersion(ctx, c.Action, c.Number, c.Reason)
	}
	if err != nil {
		return err
	}
	return c.show(s.out, v, func(w io.Writer) {
		if v.Deprecation == nil {
			fmt.Fprintf(w, "%s@%s is not deprecated.\n", v.Action, v.Number)
			return
		}
		fmt.Fprintf(w, "Deprecated %s@%s. What has it keeps it; who attaches it is warned.\n", v.Action, v.Number)
	})
}

// versionState is what lists show of a version that is not to be used any more.
func versionState(v *api.VersionInfo) string {
	switch {
	case v.Recall != nil:
		return "recalled"
	case v.Deprecation != nil:
		return "deprecated"
	}
	return "-"
}

// stateFacts are the reasons, as facts takes them.
func stateFacts(v *api.VersionInfo) []string {
	var known []string
	if r := v.Recall; r != nil {
		known = append(known, "recalled", because(r))
	}
	if d := v.Deprecation; d != nil {
		known = append(known, "deprecated", because(d))
	}
	return known
}

func because(r *api.Recall) string {
	text := when(r.At) + " by " + r.By.Name
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}
