package main

import (
	"context"

	"github.com/durward/durward/web/api"
)

type actionDependents struct {
	tenantConnection
	limit
	Slug string `arg:"" help:"The shared module's slug."`
}

// Help is shown below the summary.
func (actionDependents) Help() string {
	return `It lists published versions: a version keeps the modules that it was published with. Those with the oldest version of the module come first. To bring an action to a newer one, upgrade it and publish it again.`
}

func (c *actionDependents) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	list, err := collect(ctx, tenant.Dependents(c.Slug), c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, list, []string{"MODULE", "IN", "VERSION"}, func(d api.Dependent) []string {
		return []string{c.Slug + "@" + d.ModuleVersion, d.Action, d.Version}
	})
}
