// Package typecheck checks the types of an action with the native TypeScript compiler, a program of somebody else.
//
// A [Checker] writes the action's files, its declarations and those of its packages into a folder of their own, has the compiler run on it, and makes diagnostics in the author's files of what that prints. How the compiler is run,
// and what keeps it from doing anything but reading that folder, is its [Checker.Run]'s business. What it prints is hostile: the sources that it reads can have it print much, and anything.
package typecheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/types"
)

// ErrBusy says that too many checks wait already, or that this one waited for too long.
var ErrBusy = errors.New("too many type checks are waiting")

// Project is what is checked.
type Project struct {
	// Files are the action's, by path.
	Files  map[string]string
	Action types.Action
	// Packages are the declarations of its packages; nil if there are none.
	Packages *npm.Declarations
}

// LimitError is a check that was ended because it took too much, or broke off. It is the sources' fault as far as anybody can tell.
type LimitError struct{ Reason string } // written for people

func (e *LimitError) Error() string { return "type check: " + e.Reason }

// Checker checks types. Run is required. It is safe for concurrent use, and does [atATime] checks at a time.
type Checker struct {
	// Run runs the compiler on a folder and returns what it prints. What it printed before it was ended for taking too much comes with a [*LimitError].
	Run func(ctx context.Context, dir string, args ...string) ([]byte, error)
	// Dir is where folders are made. Default: the system's for temporary files.
	Dir string

	queue queue
}

// Args are the compiler's arguments.
func args() []string {
	return []string{"--project", "tsconfig.json", "--pretty", "false", "--singleThreaded"}
}

// VersionArg is the argument that makes a compiler tell its version.
const VersionArg = "--version"

// Version reads what a compiler prints of its version; it returns an error that says what is expected unless it is one of the native compiler, which is 7 and above.
func Version(printed string) (string, error) {
	version, ok := strings.CutPrefix(strings.TrimSpace(printed), "Version ")
	if major, _, _ := strings.Cut(version, "."); !ok || len(major) > 1 && major[0] != '1' || len(major) == 1 && major < "7" || major == "" {
		return "", fmt.Errorf("it does not say that it is TypeScript 7 or later, but %q", clip(strings.TrimSpace(printed), 100))
	}
	return version, nil
}

// Check returns what the compiler finds in the project's files, of severity error. The error is [ErrBusy], a [*LimitError], what Run returned, or what went wrong with the folder.
func (c *Checker) Check(ctx context.Context, tenant string, p Project) ([]bundler.Diagnostic, error) {
	leave, err := c.queue.enter(ctx, tenant)
	if err != nil {
		return nil, err
	}
	defer leave()
	dir, err := os.MkdirTemp(c.Dir, "types-*")
	if err != nil {
		return nil, fmt.Errorf("type check: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := write(dir, p); err != nil {
		return nil, fmt.Errorf("type check: %w", err)
	}
	printed, err := c.Run(ctx, dir, args()...)
	if err != nil {
		return nil, err
	}
	return read(string(printed), dir, p.Files)
}

// sources is the folder of the action's own files in that of the check: none of them can take the place of one of ours there.
const sources = "action"

// write writes the project into a folder.
func write(dir string, p Project) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	files := map[string]string{types.FileName: types.For(p.Action)}
	if p.Packages != nil {
		maps.Copy(files, p.Packages.Files)
	}
	named := []string{types.FileName}
	for name, text := range p.Files {
		files[sources+"/"+name] = text
		if path.Ext(name) != ".json" {
			named = append(named, sources+"/"+name)
		}
	}
	slices.Sort(named[1:])
	settings, err := json.Marshal(map[string]any{"compilerOptions": types.CompilerOptions(), "files": named})
	if err != nil {
		return err
	}
	files["tsconfig.json"] = string(settings)
	for name, text := range files {
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o700); err != nil {
			return err
		}
		if err := root.WriteFile(filepath.FromSlash(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
