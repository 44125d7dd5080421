package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

type secretCommand struct {
	Set    secretSet    `cmd:"" help:"Set a secret; its value is read from the standard input."`
	List   secretList   `cmd:"" help:"List the secrets, without their values."`
	Delete secretDelete `cmd:"" help:"Delete a secret."`
}

type secretSet struct {
	tenantConnection
	Name     string   `arg:"" help:"Letters, digits and underscores, as the action that reads it declares it."`
	Brokered bool     `help:"Never let the value into an action's code: the action has secret://NAME in its place, which the server replaces in the action's requests."`
	Host     []string `sep:"," placeholder:"HOST" help:"Where a brokered secret may be sent to, for example api.example.com. It can be said several times; a brokered secret needs one."`
}

// Help is shown below the summary.
func (secretSet) Help() string {
	return `At a terminal it asks for the value and does not show it. Else it reads the standard input to its end, without a line break there:

    durward secret set API_TOKEN < token.txt

It needs an admin key. What runs sees the new value with its next execution.`
}

func (c *secretSet) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	value, err := readSecret(s, c.Name)
	if err != nil {
		return err
	}
	secret, err := tenant.SetSecret(ctx, c.Name, api.NewSecret{Value: value, Brokered: c.Brokered, Hosts: c.Host})
	if err != nil {
		return err
	}
	return c.show(s.out, secret, func(w io.Writer) { fmt.Fprintf(w, "Set %s%s.\n", secret.Name, reach(&secret)) })
}

// readSecret asks for a value at a terminal, and reads it from anything else. A command line is no place for it: other users of the machine can read that.
func readSecret(s streams, name string) (string, error) {
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(s.err, "Value of %s: ", name)
		value, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.err)
		return string(value), err
	}
	text, err := io.ReadAll(io.LimitReader(s.in, catalog.MaxSecretBytes+3))
	value := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if err == nil && value == "" {
		return "", &usageError{"there is no value: give it on the standard input, for example with < FILE"}
	}
	return value, err
}

// reach is where a secret can get to, in words.
func reach(s *api.Secret) string {
	if !s.Brokered {
		return ""
	}
	return ", brokered to " + strings.Join(s.Hosts, " ")
}

type secretList struct {
	tenantConnection
	limit
}

func (c *secretList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	secrets, err := collect(ctx, tenant.Secrets, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, secrets, []string{"SECRET", "BROKERED", "HOSTS", "SET", "BY"}, func(x api.Secret) []string {
		return []string{x.Name, dash(yes(x.Brokered)), dash(strings.Join(x.Hosts, " ")), when(x.UpdatedAt), x.UpdatedBy.Name}
	})
}

type secretDelete struct {
	tenantConnection
	Name string `arg:"" help:"The secret's name."`
}

func (c *secretDelete) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	secret, err := tenant.DeleteSecret(ctx, c.Name)
	if err != nil {
		return err
	}
	return c.show(s.out, secret, func(w io.Writer) { fmt.Fprintf(w, "Deleted %s.\n", secret.Name) })
}
