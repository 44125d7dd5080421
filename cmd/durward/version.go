package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/durward/durward/web/api"
)

// version is set by the build of a release: -ldflags "-X main.version=1.2.3".
var version string

// programVersion is the version of this program, or the commit that it was built from.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "development"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "development-" + s.Value[:12]
		}
	}
	return "development"
}

type versionCommand struct {
	Program versionProgram `cmd:"" default:"1" hidden:"" help:"Print the version of this program."`
	List    versionList    `cmd:"" help:"List an action's versions, newest first."`
	Show    versionShow    `cmd:"" help:"Show a version."`
	Recall  versionRecall  `cmd:"" help:"Take a version out of use, also for sign-ins that have it."`
	Verify  versionVerify  `cmd:"" help:"Build a version again from its stored sources, and compare."`

	Deprecate versionDeprecate `cmd:"" help:"Say that nobody should begin to use a version, and why."`
}

type versionProgram struct{}

func (versionProgram) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "durward", programVersion())
	return err
}

type versionList struct {
	tenantConnection
	limit
	Action string `arg:"" help:"The action's slug."`
}

func (c *versionList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	list, err := collect(ctx, tenant.Versions(c.Action), c.limit)
	if err != nil {
		return err
	}
	header := []string{"VERSION", "PUBLISHED", "BY", "DIGEST", "STATE", "MESSAGE"}
	return showList(s.out, &c.connection, list, header, func(v api.VersionInfo) []string {
		return []string{v.Number, when(v.PublishedAt), v.PublishedBy.Name, v.Digest[:min(12, len(v.Digest))], versionState(&v), v.Message}
	})
}

type versionShow struct {
	tenantConnection
	Action string `arg:"" help:"The action's slug."`
	Number string `arg:"" name:"version" help:"The version, for example 1.2.0."`
	Bundle bool   `help:"With the bundle and the source map; they show with -o json."`
}

func (c *versionShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	v, err := tenant.Version(ctx, c.Action, c.Number, c.Bundle)
	if err != nil {
		return err
	}
	return c.show(s.out, v, func(w io.Writer) {
		known := []string{
			"action", v.Action, "version", v.Number, "published", when(v.PublishedAt) + " by " + v.PublishedBy.Name, "message", v.Message, "triggers", strings.Join(v.Triggers, " "),
		}
		known = append(known, stateFacts(&v.VersionInfo)...)
		known = append(known, capabilityFacts(&v)...)
		facts(w, append(known, "dependencies", settled(v.Lock), "entry", v.Entry, "bundler", v.Bundler, "digest", v.Digest)...)
		printFiles(w, v.Files)
	})
}
