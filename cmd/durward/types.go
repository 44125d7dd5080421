package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type actionTypes struct {
	tenantConnection
	Slug string `arg:"" help:"The action's slug."`
	Dir  string `arg:"" name:"folder" help:"The folder of the action's sources."`
}

// Help is shown below the summary.
func (actionTypes) Help() string {
	return `It writes durward.d.ts, which knows the action's config and secrets as the draft on the server declares them, a tsconfig.json if there is none, and the types of the draft's packages and shared modules into node_modules. A node_modules that npm made stays as it is.
None of that is pushed. Repeat it after a push that changes the schema, the secrets or the dependencies:

    durward action types office office`
}

func (c *actionTypes) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	draft, packages, err := readTypes(ctx, tenant, c.Slug)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := writeDeclarations(root, &draft); err != nil {
		return err
	}
	wrote, err := writePackageTypes(root, packages)
	if err != nil {
		return err
	}
	return c.show(s.out, map[string]any{"declarations": draft, "packages": packages}, func(w io.Writer) {
		fmt.Fprintf(w, "Wrote the types of %s to %s.\n", c.Slug, c.Dir)
		printPackageTypes(w, packages, wrote)
	})
}

// readTypes reads both documents. If somebody saves the draft in between, it begins again.
func readTypes(ctx context.Context, tenant *client.Tenant, slug string) (draft api.DraftTypes, packages api.PackageTypes, err error) {
	for range 3 {
		if draft, err = tenant.DraftTypes(ctx, slug); err != nil || draft.Packages == "" {
			return draft, packages, err
		}
		packages, err = tenant.PackageTypes(ctx, slug, draft.Packages)
		if problem := (*client.Problem)(nil); !errors.As(err, &problem) || problem.Code != "not_found" {
			break
		}
	}
	return draft, packages, err
}

func writeDeclarations(root *os.Root, draft *api.DraftTypes) error {
	if err := root.WriteFile(types.FileName, []byte(draft.Files[types.FileName]), 0o644); err != nil {
		return err
	}
	const settings = "tsconfig.json"
	if _, err := root.Stat(settings); err == nil {
		return nil
	}
	return writeJSON(root, settings, map[string]any{"compilerOptions": types.CompilerOptions()})
}

// markFile says that the packages beside it are ours, and which files those are.
const markFile = "node_modules/.durward.json"

// writePackageTypes writes the types of packages in place of those that it wrote before. It says whether it did: what npm has installed has the types already, and stays.
func writePackageTypes(root *os.Root, packages api.PackageTypes) (bool, error) {
	var before []string
	text, err := root.ReadFile(filepath.FromSlash(markFile))
	if err == nil {
		err = json.Unmarshal(text, &before)
	} else if errors.Is(err, fs.ErrNotExist) {
		_, err = root.Stat("node_modules")
		if err == nil {
			return false, nil
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%s: %w", markFile, err)
	}
	for _, name := range before {
		if err := removeFile(root, name); err != nil {
			return false, err
		}
	}
	if len(packages.Files) == 0 {
		return true, removeFile(root, markFile)
	}
	names := slices.Sorted(maps.Keys(packages.Files))
	if err := root.MkdirAll("node_modules", 0o755); err != nil {
		return false, err
	}
	if err := writeJSON(root, filepath.FromSlash(markFile), names); err != nil {
		return false, err
	}
	for _, name := range names {
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
			return false, err
		}
		if err := root.WriteFile(filepath.FromSlash(name), []byte(packages.Files[name]), 0o644); err != nil {
			return false, err
		}
	}
	return true, nil
}

// removeFile removes a file below node_modules, and the folders that are empty then.
func removeFile(root *os.Root, name string) error {
	if !strings.HasPrefix(name, "node_modules/") {
		return nil
	}
	if err := root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "." && root.Remove(filepath.FromSlash(dir)) == nil; { // up to one with something in it
		dir = path.Dir(dir)
	}
	return nil
}

func printPackageTypes(w io.Writer, packages api.PackageTypes, wrote bool) {
	if len(packages.Packages) > 0 && !wrote {
		fmt.Fprintln(w, "The types of packages are those in node_modules, which something else made.")
		return
	}
	for _, p := range packages.Packages {
		line := "  " + p.Name + "@" + p.Version
		switch module := strings.HasPrefix(p.Name, bundler.ModulePrefix); {
		case p.Types == "declared":
			line += " (from @types)"
		case p.Types == "none" && module:
			line += " (in JavaScript: everything in it is any)"
		case p.Types == "none":
			line += " (has no types: everything in it is any, unless a package of @types is among the dependencies)"
		}
		fmt.Fprintln(w, line)
	}
	if len(packages.Packages) > 0 && !packages.Complete {
		fmt.Fprintln(w, "Some of them have too many types, so that not all are there.")
	}
}
