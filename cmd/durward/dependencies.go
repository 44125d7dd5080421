package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/durward/durward/web/api"
)

// dependencies are npm packages as a command line names them: axios@^1, or axios alone for any version.
func dependencies(list []string) (map[string]string, error) {
	all := map[string]string{}
	for _, text := range list {
		name, requirement := text, "*"
		if i := strings.IndexByte(text[min(1, len(text)):], '@'); i >= 0 { // the first @ may be that of a scope
			name, requirement = text[:i+1], text[i+2:]
		}
		if name == "" || requirement == "" {
			return nil, &usageError{fmt.Sprintf("--dependency %q is not of the form name@range", text)}
		}
		if _, twice := all[name]; twice {
			return nil, &usageError{fmt.Sprintf("--dependency %s is there twice", name)}
		}
		all[name] = requirement
	}
	return all, nil
}

// packageDependencies reads what a folder's package.json declares; nil if there is none, or it declares nothing.
func packageDependencies(root fs.FS) (map[string]string, error) {
	text, err := fs.ReadFile(root, packageFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var about struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err == nil {
		err = json.Unmarshal(text, &about)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", packageFile, err)
	}
	return about.Dependencies, nil
}

// settled lists the exact packages and shared modules that the dependencies of a lock mean.
func settled(lock json.RawMessage) string {
	var l struct {
		Root     map[string]string          `json:"root"`
		Packages map[string]json.RawMessage `json:"packages"`
		Modules  map[string]json.RawMessage `json:"modules"`
	}
	if json.Unmarshal(lock, &l) != nil || len(l.Root) == 0 {
		return ""
	}
	keys := slices.Sorted(maps.Values(l.Root))
	text := strings.Join(keys, " ")
	if others := len(l.Packages) + len(l.Modules) - len(slices.Compact(keys)); others > 0 {
		text += fmt.Sprintf(" (and %d that they need)", others)
	}
	return text
}

type actionUpgrade struct {
	tenantConnection
	Slug string `arg:"" help:"The action's slug."`
}

func (c *actionUpgrade) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	d, err := patiently(ctx, s, func(ctx context.Context) (api.Draft, error) { return tenant.UpdateDependencies(ctx, c.Slug) })
	if err != nil {
		return err
	}
	return c.show(s.out, d, func(w io.Writer) {
		fmt.Fprintf(w, "Saved the draft of %s (save %d).\n", c.Slug, d.Revision)
		facts(w, "dependencies", settled(d.Lock))
	})
}

type versionVerify struct {
	tenantConnection
	Action string `arg:"" help:"The action's slug."`
	Number string `arg:"" name:"version" help:"The version, for example 1.2.0."`
}

// Help is shown below the summary.
func (versionVerify) Help() string {
	return `The server bundles the version's stored sources with the packages of its stored lock, and compares the result with what runs. The exit status is 0 if they are the same, and 1 if they are not or cannot be made.`
}

func (c *versionVerify) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	v, err := patiently(ctx, s, func(ctx context.Context) (api.Verification, error) { return tenant.Verify(ctx, c.Action, c.Number) })
	if err != nil {
		return err
	}
	err = c.show(s.out, v, func(w io.Writer) {
		if v.Same {
			fmt.Fprintf(w, "%s@%s is what its sources make (digest %.12s).\n", c.Action, c.Number, v.Digest)
			return
		}
		facts(w, "stored digest", v.Digest, "digest now", v.Rebuilt, "bundler now", v.Bundler, "what differs", strings.Join(v.Differences, ", "))
	})
	if err != nil || v.Same {
		return err
	}
	text := fmt.Sprintf("%s@%s is not what its sources make now", c.Action, c.Number)
	if slices.Contains(v.Differences, "bundler") && !slices.Contains(v.Differences, "digest") {
		text += ": another bundler made it, which alone can be why"
	}
	return errors.New(text)
}
