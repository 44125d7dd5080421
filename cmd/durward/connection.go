package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/durward/durward/web/client"
)

// connection says which server a command talks to, and as whom.
type connection struct {
	URL  address `name:"url" env:"DURWARD_URL" default:"http://127.0.0.1:8080" group:"connection" help:"The server."`
	Key  string  `name:"key" env:"DURWARD_KEY" placeholder:"SECRET" group:"connection" help:"The key to use. The environment is the better place: other users of this machine can read a command line."`
	JSON output  `name:"output" short:"o" enum:"table,json" default:"table" group:"connection" help:"table for people, json for programs: what the API answers."`
}

// address is the URL of a server.
type address string

// UnmarshalText refuses what no request can be sent to.
func (a *address) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no URL of a server: say http://127.0.0.1:8080, for example", text)
	}
	*a = address(text)
	return nil
}

// output is the form in which a command shows what it got.
type output string

const outputJSON output = "json"

// timeout is more generous than a login system's: the server may have to download packages, for which it takes 75 s at most.
const timeout = 90 * time.Second

func (c *connection) client() *client.Client {
	return client.New(string(c.URL), c.Key, client.Options{Timeout: timeout, UserAgent: "durward/" + programVersion()})
}

// tenantConnection is a connection for what belongs to a tenant.
type tenantConnection struct {
	connection
	Tenant string `env:"DURWARD_TENANT" placeholder:"TENANT" group:"connection" help:"The tenant."`
}

func (c *tenantConnection) tenant() (*client.Tenant, error) {
	if c.Tenant == "" {
		return nil, &usageError{"which tenant? Say --tenant TENANT, or set DURWARD_TENANT"}
	}
	return c.client().Tenant(c.Tenant), nil
}

// limit bounds how much a list shows.
type limit struct {
	Limit int `placeholder:"N" help:"Show the first N only. Default: all."`
}

// collect fetches a list to its end, or to the limit.
func collect[T any](ctx context.Context, list client.Lister[T], l limit) ([]T, error) {
	items := []T{}
	for item, err := range client.All(ctx, list) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if len(items) == l.Limit {
			break
		}
	}
	return items, nil
}
