package main

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/durward/durward/web/api"
)

type egressCommand struct {
	Show egressShow `cmd:"" help:"Show where actions may send requests."`
	Set  egressSet  `cmd:"" help:"Say where actions may send requests, in place of what was said before."`
}

type egressShow struct{ tenantConnection }

func (c *egressShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	e, err := tenant.Egress(ctx)
	if err != nil {
		return err
	}
	return c.show(s.out, e, func(w io.Writer) { printEgress(w, &e) })
}

type egressSet struct {
	tenantConnection
	Host     []string `sep:"," placeholder:"HOST" help:"A host that is allowed: api.example.com, or *.example.com for all below; a :port may follow. It can be said several times. Default: every public host."`
	Method   []string `sep:"," placeholder:"METHOD" help:"A method that is allowed. It can be said several times. Default: all."`
	Scheme   []string `sep:"," placeholder:"SCHEME" help:"https or http. Default: both."`
	Revision *int     `placeholder:"N" help:"The revision that show shows; it is refused if somebody else has saved by now. Default: whatever is there."`
}

// Help is shown below the summary.
func (egressSet) Help() string {
	return `What is not said is not restricted:

    durward egress set --host api.example.com --host '*.example.org' --scheme https

Targets inside the network are refused whatever is said here; the operator can open some, with "durward limits set". It needs an admin key.`
}

func (c *egressSet) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	e, err := tenant.SaveEgress(ctx, api.EgressChange{Revision: c.Revision, Hosts: c.Host, Methods: c.Method, Schemes: c.Scheme})
	if err != nil {
		return err
	}
	return c.show(s.out, e, func(w io.Writer) { printEgress(w, &e) })
}

func printEgress(w io.Writer, e *api.Egress) {
	orAll := func(list []string, all string) string {
		if len(list) == 0 {
			return all
		}
		return strings.Join(list, " ")
	}
	facts(w, append([]string{"hosts", orAll(e.Hosts, "every public host"), "methods", orAll(e.Methods, "all"), "schemes", orAll(e.Schemes, "https http")},
		saved(e.Revision, when(e.UpdatedAt), e.UpdatedBy)...)...)
}

// saved are the facts about a save, of which there may have been none.
func saved(revision int, at string, by *api.Actor) []string {
	if by == nil {
		return nil
	}
	return []string{"revision", strconv.Itoa(revision), "saved", at + " by " + by.Name}
}
