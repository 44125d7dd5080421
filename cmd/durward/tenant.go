package main

import (
	"context"
	"fmt"
	"io"

	"github.com/durward/durward/web/api"
)

type tenantCommand struct {
	Create tenantCreate `cmd:"" help:"Create a tenant. It needs the operator key."`
	List   tenantList   `cmd:"" help:"List the tenants. It needs the operator key."`
	Show   tenantShow   `cmd:"" help:"Show a tenant."`

	Freeze   tenantFreeze   `cmd:"" help:"Let nothing new go live in any flow for a time. It needs an admin key."`
	Freezes  tenantFreezes  `cmd:"" help:"List when nothing new goes live in any flow."`
	Unfreeze tenantUnfreeze `cmd:"" help:"Take back all freezes of the tenant; those of its flows stay. It needs an admin key."`

	Secret tenantSecret `cmd:"" name:"redirect-secret" help:"Print the secret with which the targets of redirects verify tokens. It needs an admin key."`
}

type tenantCreate struct {
	connection
	ID   string `arg:"" name:"tenant" help:"A slug: lower-case letters, digits and hyphens. It never changes."`
	Name string `help:"What people call it. Default: the slug."`
}

func (c *tenantCreate) Run(ctx context.Context, s streams) error {
	t, err := c.client().CreateTenant(ctx, api.NewTenant{ID: c.ID, Name: c.Name})
	if err != nil {
		return err
	}
	return c.show(s.out, t, func(w io.Writer) {
		fmt.Fprintf(w, "Created tenant %s. Next, a key for it:\n  %s key create setup --role admin --tenant %s\n", t.ID, s.self, t.ID)
	})
}

type tenantList struct {
	connection
	limit
}

func (c *tenantList) Run(ctx context.Context, s streams) error {
	tenants, err := collect(ctx, c.client().Tenants, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, tenants, []string{"TENANT", "NAME", "CREATED"}, func(t api.Tenant) []string {
		return []string{t.ID, t.Name, when(t.CreatedAt)}
	})
}

type tenantShow struct {
	connection
	ID string `arg:"" name:"tenant" env:"DURWARD_TENANT" help:"The tenant."`
}

func (c *tenantShow) Run(ctx context.Context, s streams) error {
	t, err := c.client().Tenant(c.ID).Show(ctx)
	if err != nil {
		return err
	}
	return c.show(s.out, t, func(w io.Writer) { facts(w, "tenant", t.ID, "name", t.Name, "created", when(t.CreatedAt)) })
}

type tenantSecret struct {
	connection
	ID string `arg:"" name:"tenant" env:"DURWARD_TENANT" help:"The tenant."`
}

func (c *tenantSecret) Run(ctx context.Context, s streams) error {
	secret, err := c.client().Tenant(c.ID).RedirectSecret(ctx)
	if err != nil {
		return err
	}
	return c.show(s.out, secret, func(w io.Writer) { fmt.Fprintln(w, secret.Secret) })
}
