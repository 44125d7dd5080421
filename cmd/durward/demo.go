package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/runtime/worker"
)

type demoCommand struct {
	Data    string  `default:"./durward-data/demo" help:"Where everything is kept. Remove it to start anew."`
	Port    int     `default:"8080" help:"The port, or the next one that is free. 0: any."`
	Logging logging `embed:"" set:"log_level=warn"`
}

// Help is shown below the summary.
func (demoCommand) Help() string {
	return `On the first start it makes a tenant with two keys, an action that lets only users of example.com in, and a login flow that asks it. Later starts find all that again, and what you have made of it. It answers on this machine only.`
}

func (c *demoCommand) Run(ctx context.Context, s streams) error {
	secrets, err := loadSecrets(c.Data)
	if err != nil {
		return err
	}
	keyring, err := seal.ParseKeys(secrets.Seal)
	if err != nil {
		return fmt.Errorf("%s: %w", secretsFile, err)
	}
	listener, err := listenFrom(ctx, c.Port)
	if err != nil {
		return err
	}
	logger := c.Logging.logger(s.err)
	tameStandardLog(logger)
	server, err := newServer(serverConfig{
		Data: c.Data, OperatorKey: secrets.Operator, Listener: listener, Logger: logger, Workers: worker.Config{Spares: 1},
		Seal: keyring, MostLimits: demoLimits,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return c.serve(ctx, s, server, secrets)
}

// serve runs the server, and sets the tenant up through its API as anybody else would.
func (c *demoCommand) serve(ctx context.Context, s streams, server *server, secrets *demoSecrets) error {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	err := setUpDemo(ctx, server.URL(), c.Data, secrets)
	if err == nil {
		err = greet(s, server.URL(), server.signInLink(secrets.Admin), secrets)
	}
	if err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	defer stop()
	return <-ended
}

// linkTime is how long the link that signs in is good for, once.
const linkTime = time.Hour

// signInLink is the page that signs its visitor in as the holder of a key.
func (s *server) signInLink(secret string) string {
	id, _ := catalog.SecretID(secret)
	return s.URL() + "/sign-in#link=" + s.accounts.KeyLink(id, linkTime)
}

// greet prints all that one needs to begin. Each command is on a line of its own and can be pasted as it is.
func greet(s streams, url, link string, keys *demoSecrets) error {
	curl := func(email string) string {
		return fmt.Sprintf(`curl -s %s/v1/tenants/%s/flows/%s/slots/after/execute -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"user":{"id":"u1","email":"%s"}}'`,
			url, demoTenant, demoFlow, keys.Execute, email)
	}
	_, err := fmt.Fprintf(s.out, `Durward is ready. Open this in a browser; it signs you in once, within an hour:

%[9]s

  URL           %[1]s
  tenant        %[2]s
  admin key     %[3]s
  execute key   %[4]s
  operator key  %[5]s

A sign-in that may go on:

%[6]s

A sign-in that is blocked:

%[7]s

What to try next, in another terminal and the same folder:

export DURWARD_URL=%[1]s DURWARD_TENANT=%[2]s DURWARD_KEY=%[3]s
%[8]s flow show login
%[8]s action pull domain-allowlist my-allowlist
%[8]s action push domain-allowlist my-allowlist
%[8]s action run domain-allowlist --trigger login.after --config '{"domains":["example.org"]}' --event '{"user":{"id":"u1","email":"ada@example.org"}}'
%[8]s action publish domain-allowlist 1.1.0 -m 'my own'
%[8]s flow attach login after domain-allowlist@1.1.0 --config '{"domains":["example.com"]}'
%[8]s audit executions

Stop it with Ctrl-C. The next start finds everything as it is now.
`, url, demoTenant, keys.Admin, keys.Execute, keys.Operator, curl("ada@example.com"), curl("mallory@example.org"), s.self, link)
	return err
}
