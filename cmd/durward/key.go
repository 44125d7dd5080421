package main

import (
	"context"
	"fmt"
	"io"

	"github.com/durward/durward/web/api"
)

type keyCommand struct {
	Create keyCreate `cmd:"" help:"Make a key and print its secret, this once."`
	List   keyList   `cmd:"" help:"List the keys, without their secrets."`
	Revoke keyRevoke `cmd:"" help:"Make a key useless for ever."`
}

type keyCreate struct {
	tenantConnection
	Name string `arg:"" help:"What the key is for, for example ci or login-system."`
	Role string `required:"" enum:"admin,publisher,author,viewer,execute" placeholder:"ROLE" help:"What its holder may do: viewer reads, author edits and runs drafts, publisher publishes and saves flows, admin manages keys, execute does nothing but call execute."`
}

func (c *keyCreate) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	k, err := tenant.CreateKey(ctx, api.NewKey{Name: c.Name, Role: c.Role})
	if err != nil {
		return err
	}
	return c.show(s.out, k, func(w io.Writer) {
		facts(w, "id", k.ID, "name", k.Name, "role", k.Role, "secret", k.Secret)
		fmt.Fprintln(s.err, "Keep the secret now: it is not shown again.")
	})
}

type keyList struct {
	tenantConnection
	limit
}

func (c *keyList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	keys, err := collect(ctx, tenant.Keys, c.limit)
	if err != nil {
		return err
	}
	header := []string{"ID", "NAME", "ROLE", "CREATED", "BY", "REVOKED"}
	return showList(s.out, &c.connection, keys, header, func(k api.Key) []string {
		return []string{k.ID, k.Name, k.Role, when(k.CreatedAt), k.CreatedBy.Name, dash(when(k.RevokedAt))}
	})
}

type keyRevoke struct {
	tenantConnection
	ID string `arg:"" name:"id" help:"The key's id, as list shows it; not its secret."`
}

func (c *keyRevoke) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	k, err := tenant.RevokeKey(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(s.out, k, func(w io.Writer) { fmt.Fprintf(w, "Revoked key %s (%s).\n", k.ID, k.Name) })
}
