package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type memberCommand struct {
	Invite  memberInvite  `cmd:"" help:"Invite somebody, and print the link that makes its holder a member."`
	List    memberList    `cmd:"" help:"List the members."`
	Role    memberRole    `cmd:"" help:"Give a member another role."`
	Remove  memberRemove  `cmd:"" help:"Remove a member."`
	Invited memberInvited `cmd:"" help:"List the invitations that are not accepted yet."`
	Revoke  memberRevoke  `cmd:"" help:"Make an invitation useless."`
}

type memberInvite struct {
	tenantConnection
	Email string `arg:"" help:"The person's address."`
	Role  string `required:"" enum:"admin,publisher,author,viewer" placeholder:"ROLE" help:"What the member may do: viewer reads, author edits and runs drafts, publisher publishes and saves flows, admin manages members and keys."`
}

func (c *memberInvite) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	i, err := tenant.Invite(ctx, api.NewInvitation{Email: c.Email, Role: c.Role})
	if err != nil {
		return err
	}
	return c.show(s.out, i, func(w io.Writer) {
		link := cmp.Or(i.Link, strings.TrimRight(string(c.URL), "/")+"/invitation#"+i.Token)
		facts(w, "invited", i.Email, "role", i.Role, "until", when(i.ExpiresAt), "link", link)
		fmt.Fprintln(s.err, "Give the link to that person alone: it is not shown again, and makes whoever opens it a member, once.")
	})
}

type memberList struct {
	tenantConnection
	limit
}

func (c *memberList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	members, err := collect(ctx, tenant.Members, c.limit)
	if err != nil {
		return err
	}
	header := []string{"ID", "EMAIL", "NAME", "ROLE", "JOINED", "ADDED BY"}
	return showList(s.out, &c.connection, members, header, func(m api.Member) []string {
		return []string{m.Person.ID, m.Person.Email, m.Person.Name, m.Role, when(m.JoinedAt), m.AddedBy.Name}
	})
}

type memberRole struct {
	tenantConnection
	Member string `arg:"" help:"The member's address, or id."`
	Role   string `arg:"" enum:"admin,publisher,author,viewer" help:"admin, publisher, author or viewer."`
}

func (c *memberRole) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	id, err := findMember(ctx, tenant, c.Member)
	if err != nil {
		return err
	}
	m, err := tenant.SetMemberRole(ctx, id, c.Role)
	if err != nil {
		return err
	}
	return c.show(s.out, m, func(w io.Writer) { fmt.Fprintf(w, "%s has the role %s.\n", harmless(m.Person.Email), m.Role) })
}

type memberRemove struct {
	tenantConnection
	Member string `arg:"" help:"The member's address, or id."`
}

func (c *memberRemove) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	id, err := findMember(ctx, tenant, c.Member)
	if err != nil {
		return err
	}
	m, err := tenant.RemoveMember(ctx, id)
	if err != nil {
		return err
	}
	return c.show(s.out, m, func(w io.Writer) { fmt.Fprintf(w, "Removed %s.\n", harmless(m.Person.Email)) })
}

// findMember returns the id of a member who is named by the id or the address.
func findMember(ctx context.Context, tenant *client.Tenant, name string) (string, error) {
	if !strings.Contains(name, "@") {
		return name, nil
	}
	for m, err := range client.All(ctx, tenant.Members) {
		if err != nil {
			return "", err
		}
		if strings.EqualFold(m.Person.Email, name) {
			return m.Person.ID, nil
		}
	}
	return "", fmt.Errorf("there is no member %s", name)
}

type memberInvited struct {
	tenantConnection
	limit
}

func (c *memberInvited) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	invitations, err := collect(ctx, tenant.Invitations, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, invitations, []string{"ID", "EMAIL", "ROLE", "UNTIL", "BY"}, func(i api.Invitation) []string {
		return []string{i.ID, i.Email, i.Role, when(i.ExpiresAt), i.CreatedBy.Name}
	})
}

type memberRevoke struct {
	tenantConnection
	Invitation string `arg:"" help:"The address that was invited, or the invitation's id."`
}

func (c *memberRevoke) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	id, err := findInvitation(ctx, tenant, c.Invitation)
	if err != nil {
		return err
	}
	i, err := tenant.RevokeInvitation(ctx, id)
	if err != nil {
		return err
	}
	return c.show(s.out, i, func(w io.Writer) { fmt.Fprintf(w, "Revoked the invitation of %s.\n", harmless(i.Email)) })
}

func findInvitation(ctx context.Context, tenant *client.Tenant, name string) (string, error) {
	if !strings.Contains(name, "@") {
		return name, nil
	}
	for i, err := range client.All(ctx, tenant.Invitations) {
		if err != nil {
			return "", err
		}
		if strings.EqualFold(i.Email, name) {
			return i.ID, nil
		}
	}
	return "", fmt.Errorf("there is no open invitation of %s", name)
}
