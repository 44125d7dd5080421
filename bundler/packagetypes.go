package bundler

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/durward/durward/bundler/npm"
)

// TypesTask is what a worker process knows [RunTypesTask] by.
const TypesTask = "types"

// Types gathers the declarations of packages, and of the shared modules that the lock has, in another process. modules are the files of those, by the paths that they have in a source. The error is [ErrBadReply], or what Run
// returned, wrapped.
func (r Remote) Types(ctx context.Context, tenant string, packages *Packages, modules map[string]string) (*npm.Declarations, error) {
	payload, whole, err := encodeDeclarations(packages, modules)
	if err != nil {
		return nil, err
	}
	answer, err := r.Run(ctx, tenant, TypesTask, payload)
	if err != nil {
		return nil, fmt.Errorf("types of packages: %w", err)
	}
	d, err := decodeDeclarations(answer)
	if err == nil && !whole {
		d.Complete = false
	}
	return d, err
}

// RunTypesTask is the process's side.
func RunTypesTask(payload []byte) ([]byte, error) {
	debug.FreeOSMemory() // a build that was here before may have left much
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	src, err := DecodeSource(payload)
	if err != nil {
		return nil, err
	}
	if src.Packages == nil {
		return nil, errors.New("decode packages: there are none")
	}
	declarations := typesTree(src).Declarations()
	declarations.Packages = append(declarations.Packages, typedModules(src.Packages.Lock)...)
	return json.Marshal(declarations)
}

// encodeDeclarations writes packages as encodePayload does, with their declarations alone, and the files of modules. If those are too much, the largest packages go without, and whole is false.
func encodeDeclarations(packages *Packages, modules map[string]string) (payload []byte, whole bool, err error) {
	if err := packages.check(); err != nil {
		return nil, false, err
	}
	slim, sizes := map[string]*npm.Package{}, map[string]int{}
	total := 0
	for _, key := range packages.Lock.Keys() {
		slim[key], sizes[key] = withoutScripts(packages.ByKey[key])
		total += sizes[key]
	}
	whole = total <= MaxPackagesSize
	for _, key := range slices.SortedFunc(maps.Keys(sizes), func(a, b string) int { return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b)) }) {
		if total <= MaxPackagesSize {
			break
		}
		total -= sizes[key]
		slim[key] = &npm.Package{}
	}
	return payloadOf(packages.Lock, slim, modules), whole, nil
}

// withoutScripts is what of a package counts for its types, and how many bytes that is.
func withoutScripts(p *npm.Package) (slim *npm.Package, size int) {
	slim = &npm.Package{Files: map[string][]byte{}}
	for name, text := range p.Files {
		if isDeclaration(name) || path.Base(name) == "package.json" {
			slim.Files[name] = text
			size += len(name) + len(text)
		}
	}
	return slim, size
}

// payloadOf writes all files of packages, with those of modules as the source.
func payloadOf(lock *Lock, packages map[string]*npm.Package, modules map[string]string) []byte {
	header := payloadHeader{Source: Source{Files: modules}, Lock: lock}
	var files bytes.Buffer
	for _, key := range lock.Keys() {
		integrity := lock.Packages[key].Integrity
		if slices.ContainsFunc(header.Archives, func(a payloadArchive) bool { return a.Integrity == integrity }) {
			continue
		}
		header.Archives = append(header.Archives, payloadArchive{integrity, len(packages[key].Files)})
		for _, name := range slices.Sorted(maps.Keys(packages[key].Files)) {
			appendPart(&files, []byte(name))
			appendPart(&files, packages[key].Files[name])
		}
	}
	return joinPayload(header, &files)
}

// decodeDeclarations takes every byte for hostile.
func decodeDeclarations(answer []byte) (*npm.Declarations, error) {
	var d npm.Declarations
	if err := decodeStrictly(answer, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadReply, err)
	}
	size := 0
	for name, text := range d.Files {
		if size += len(text); !inside(name) || !strings.HasPrefix(name, "node_modules/") || strings.ContainsAny(name, "\\\x00:") {
			return nil, fmt.Errorf("%w: a file where none can be", ErrBadReply)
		}
	}
	if len(d.Files) > npm.MaxDeclarations || size > npm.MaxDeclarationSize {
		return nil, fmt.Errorf("%w: too many files", ErrBadReply)
	}
	return &d, nil
}
