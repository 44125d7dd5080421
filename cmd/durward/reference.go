package main

import (
	"context"
	"io"
	"strings"

	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/web/api"
)

type triggersCommand struct{ connection }

func (c *triggersCommand) Run(ctx context.Context, s streams) error {
	list, err := c.client().Triggers(ctx)
	if err != nil {
		return err
	}
	header := []string{"TRIGGER", "MAY ANSWER", "LISTS PER METHOD", "WHEN"}
	return showList(s.out, &c.connection, list.Items, header, func(t api.Trigger) []string {
		per, answers := "no", strings.Join(t.Answers, " ")
		if t.PerMethod {
			per = "yes"
		}
		if t.Async {
			answers += " (nobody waits)"
		}
		return []string{t.ID, answers, per, t.When}
	})
}

type typesCommand struct{}

// Help is shown below the summary.
func (typesCommand) Help() string {
	return `Save them beside your sources and any editor that knows TypeScript completes and checks what you write:

    durward types > durward.d.ts

They hold the globals of an action too, and so do not go together with those of a browser or of Node. A tsconfig.json for the folder:

    {"compilerOptions": {"strict": true, "noEmit": true, "target": "es2022", "lib": ["es2022"], "types": [], "module": "esnext", "moduleResolution": "bundler"}}`
}

// Run needs no server: the declarations are this program's own.
func (typesCommand) Run(s streams) error {
	_, err := io.WriteString(s.out, types.Declarations())
	return err
}
