package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"github.com/durward/durward/web/client"
)

// cli is the grammar of the command line.
type cli struct {
	Demo    demoCommand    `cmd:"" group:"server" help:"Start a server with a demo tenant that is ready to use."`
	Serve   serveCommand   `cmd:"" group:"server" help:"Start a server."`
	Keygen  keygenCommand  `cmd:"" group:"server" help:"Make an operator key, or a key to seal secrets with."`
	Backup  backupCommand  `cmd:"" group:"server" help:"Save everything that a running server has in one file."`
	Restore restoreCommand `cmd:"" group:"server" help:"Make a data directory from a backup."`
	Tenant  tenantCommand  `cmd:"" group:"server" help:"Create and list tenants."`
	Key     keyCommand     `cmd:"" group:"server" help:"Create, list and revoke a tenant's keys."`

	Member memberCommand `cmd:"" group:"server" help:"Invite people to a tenant, and manage its members."`

	RunKeys runKeysCommand `cmd:"" name:"run-keys" group:"server" help:"Renew the keys that seal runs."`

	Limits limitsCommand `cmd:"" group:"server" help:"Say the most that one execution of a tenant may have."`

	Action    actionCommand    `cmd:"" group:"author" help:"Write, try and publish actions."`
	Version   versionCommand   `cmd:"" group:"author" help:"Look at published versions, or at the version of this program."`
	Templates templatesCommand `cmd:"" group:"author" help:"List the actions that Durward ships."`
	Triggers  triggersCommand  `cmd:"" group:"author" help:"List the points at which an action can run."`
	Types     typesCommand     `cmd:"" group:"author" help:"Print the TypeScript declarations of the module durward."`

	Secret secretCommand `cmd:"" group:"author" help:"Set, list and delete the secrets that actions use."`
	Egress egressCommand `cmd:"" group:"author" help:"Say where actions may send requests."`

	Publishing publishingCommand `cmd:"" group:"author" help:"Say what is asked of drafts that are published."`

	Flow     flowCommand     `cmd:"" group:"flow" help:"Say which actions run where."`
	Rollout  rolloutCommand  `cmd:"" group:"flow" help:"Bring a new revision to a growing part of the users."`
	Execute  executeCommand  `cmd:"" group:"flow" help:"Ask what a login system would: run a slot of a flow."`
	Delivery deliveryCommand `cmd:"" group:"flow" help:"See what nobody waits for: deliveries and dead letters."`
	Audit    auditCommand    `cmd:"" group:"flow" help:"See who changed what, and what ran."`
	Stats    statsCommand    `cmd:"" group:"flow" help:"See how calls or executions went: answers, failures, durations."`

	Export exportCommand `cmd:"" group:"flow" help:"Write a tenant's whole set-up into files, without secrets."`
	Plan   planCommand   `cmd:"" group:"flow" help:"Show what applying such files would change."`
	Apply  applyCommand  `cmd:"" group:"flow" help:"Make a tenant's set-up what files say."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version of this program."`
}

const description = `Durward runs your code where a login system decides: it answers continue, block, demand_mfa or redirect.

Begin with "%s demo". It starts a server and prints what to try.

A command that talks to a server needs its URL and a key: set DURWARD_URL, DURWARD_KEY and DURWARD_TENANT once, or say --url, --key and --tenant.`

// streams are what a command reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal io.Writer // err if it is a terminal, for lines that are written over; nil otherwise
	self     string    // how the user calls this program: what it prints to be pasted begins so
}

// Exit codes of the command.
const (
	exitOK          = 0
	exitFailed      = 1 // refused, or failed
	exitUsage       = 2 // the command line is wrong
	exitUnreachable = 3 // the server does not answer
)

// usageError is a command line that is wrong in a way that the parser cannot see.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// exited carries the code with which the parser wants to end the program, after --help for example, past the rest of its work.
type exited int

// run parses and runs one command line and returns the exit code. Text for people goes to the streams.
func run(ctx context.Context, args []string, io streams) (code int) {
	io.out, io.err = tame{io.out}, tame{io.err}
	defer func() {
		if p := recover(); p != nil {
			stopped, ok := p.(exited)
			if !ok {
				panic(p)
			}
			code = int(stopped)
		}
	}()
	parser := grammar(io)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		parsed.BindTo(client.WithPatience(ctx, patienceWithServer, func(w client.Wait) {
			fmt.Fprintf(io.err, "%s: %s; trying again in %s\n", io.self, w.Problem.Title, w.For)
		}), (*context.Context)(nil))
		err = parsed.Run()
	}
	if err == nil {
		return exitOK
	}
	return explain(io, err, parsedCommand(io.self, err, parsed))
}

// patienceWithServer is how long a command waits in all for a server that refuses it for now.
const patienceWithServer = 30 * time.Second

// grammar is the parser of command lines. Running what it parsed needs a context besides.
func grammar(io streams) *kong.Kong {
	parser, err := kong.New(&cli{}, kong.Name(io.self), kong.Description(fmt.Sprintf(description, io.self)), kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { panic(exited(code)) }), kong.Vars{"version": "durward " + programVersion(), "sandbox": defaultSandbox()},
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 110, Compact: true}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "server", Title: "Run a server and set it up:"},
			{Key: "author", Title: "Write actions:"},
			{Key: "flow", Title: "Use actions in flows:"},
			{Key: "connection", Title: "Server:"},
		}),
		kong.Bind(io))
	if err != nil {
		panic(err) // the grammar itself is wrong
	}
	return parser
}

// parsedCommand is as much of the command as was understood, for the hint where to find help.
func parsedCommand(self string, err error, parsed *kong.Context) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) {
		parsed = wrong.Context
	}
	if parsed == nil || parsed.Selected() == nil {
		return self
	}
	return parsed.Selected().FullPath()
}
