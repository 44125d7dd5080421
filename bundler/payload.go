package bundler

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/durward/durward/bundler/npm"
)

// MaxPackagesSize bounds the scripts of an action's packages together, in bytes: they travel to the process that builds in one message.
const MaxPackagesSize = 26 << 20

// maxPayload keeps a payload below the largest message that a worker process takes.
const maxPayload = 31 << 20

// payloadMagic begins a payload with packages. One without is the source as JSON.
const payloadMagic = "\x00npm1"

// payloadHeader is what stands before the packages' files.
type payloadHeader struct {
	Source Source `json:"source"`
	Lock   *Lock  `json:"lock"`
	// Archives are the digests of the packages whose files follow, in their order, and how many files each has.
	Archives []payloadArchive `json:"archives"`
}

type payloadArchive struct {
	Integrity string `json:"integrity"`
	Files     int    `json:"files"`
}

// encodePayload writes a source with its packages for the process that builds. The error is a [*BuildError] if they are too large.
func encodePayload(src Source) ([]byte, error) {
	text, err := json.Marshal(src)
	if err != nil {
		return nil, fmt.Errorf("encode source: %w", err)
	}
	if src.Packages == nil || src.Packages.Lock == nil {
		return text, nil
	}
	if err := src.Packages.check(); err != nil {
		return nil, err
	}
	header := payloadHeader{Source: src, Lock: src.Packages.Lock}
	var files bytes.Buffer
	sizes := map[string]int{}
	for _, key := range src.Packages.Lock.Keys() {
		integrity := src.Packages.Lock.Packages[key].Integrity
		if slices.ContainsFunc(header.Archives, func(a payloadArchive) bool { return a.Integrity == integrity }) {
			continue
		}
		before := files.Len()
		n := appendFiles(&files, src.Packages.ByKey[key])
		header.Archives = append(header.Archives, payloadArchive{integrity, n})
		sizes[key] = files.Len() - before
		if files.Len() > 4*MaxPackagesSize {
			break // enough to tell
		}
	}
	if files.Len() > MaxPackagesSize {
		return nil, newBuildError([]Diagnostic{packagesTooLarge(sizes)})
	}
	payload := joinPayload(header, &files)
	if len(payload) > maxPayload {
		return nil, newBuildError([]Diagnostic{fault("", "The action and its packages are too large together", "Leave out what the action does not use.")})
	}
	return payload, nil
}

func joinPayload(header payloadHeader, files *bytes.Buffer) []byte {
	head, err := json.Marshal(header)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	out := append([]byte(payloadMagic), binary.AppendUvarint(nil, uint64(len(head)))...)
	return append(append(out, head...), files.Bytes()...)
}

func packagesTooLarge(sizes map[string]int) Diagnostic {
	total, largest := 0, ""
	for _, key := range slices.Sorted(maps.Keys(sizes)) {
		total += sizes[key]
		if largest == "" || sizes[key] > sizes[largest] {
			largest = key
		}
	}
	return Diagnostic{
		Severity: SeverityError, Text: fmt.Sprintf("The packages are too large: more than %d MB of scripts", MaxPackagesSize>>20),
		Hint: fmt.Sprintf("The largest is %s with %.1f of %.1f MB. Use a smaller one, or a part of it that is published by itself.", largest, float64(sizes[largest])/(1<<20), float64(total)/(1<<20)),
	}
}

// appendFiles writes what of a package can be bundled, and returns how many files that is.
func appendFiles(out *bytes.Buffer, p *npm.Package) int {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		if isDeclaration(name) {
			continue
		}
		n++
		appendPart(out, []byte(name))
		appendPart(out, p.Files[name])
	}
	return n
}

func appendPart(out *bytes.Buffer, part []byte) {
	out.Write(binary.AppendUvarint(nil, uint64(len(part))))
	out.Write(part)
}

func isDeclaration(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), ".d")
}

// DecodeSource reads the payload of a task, packages included. What it returns shares memory with the payload.
func DecodeSource(payload []byte) (Source, error) {
	var src Source
	rest, packed := bytes.CutPrefix(payload, []byte(payloadMagic))
	if !packed {
		if err := decodeStrictly(payload, &src); err != nil {
			return src, fmt.Errorf("decode source: %w", err)
		}
		return src, nil
	}
	head, rest, err := cutPart(rest)
	if err != nil {
		return src, fmt.Errorf("decode source: %w", err)
	}
	var header payloadHeader
	if err := decodeStrictly(head, &header); err != nil {
		return src, fmt.Errorf("decode source: %w", err)
	}
	if header.Lock == nil {
		return src, errors.New("decode source: packages without a lock")
	}
	src = header.Source
	src.Packages, err = decodePackages(header, rest)
	if err != nil {
		return src, fmt.Errorf("decode packages: %w", err)
	}
	return src, nil
}

func decodePackages(header payloadHeader, rest []byte) (*Packages, error) {
	archives := map[string]*npm.Package{}
	for _, a := range header.Archives {
		p := &npm.Package{Files: map[string][]byte{}}
		for range a.Files {
			var name, content []byte
			var err error
			if name, rest, err = cutPart(rest); err != nil {
				return nil, err
			}
			if content, rest, err = cutPart(rest); err != nil {
				return nil, err
			}
			p.Files[string(name)] = content
		}
		archives[a.Integrity] = p
	}
	if len(rest) > 0 {
		return nil, errors.New("more after the end")
	}
	packages := &Packages{Lock: header.Lock, ByKey: map[string]*npm.Package{}}
	for key, p := range header.Lock.Packages {
		if a := archives[p.Integrity]; a != nil {
			packages.ByKey[key] = a
		}
	}
	return packages, packages.check()
}

// cutPart takes what is preceded by its length.
func cutPart(from []byte) (part, rest []byte, err error) {
	size, n := binary.Uvarint(from)
	if n <= 0 || size > uint64(len(from)-n) {
		return nil, nil, errors.New("cut off")
	}
	return from[n : n+int(size)], from[n+int(size):], nil
}

// check makes sure that the lock leads to nothing that is not there.
func (p *Packages) check() error {
	if p == nil || p.Lock == nil {
		return nil
	}
	for key, locked := range p.Lock.Packages {
		if p.ByKey[key] == nil {
			return fmt.Errorf("the lock has %s, which is not there", key)
		}
		if name, rest := npm.Split(key); name != key || rest != "" {
			return fmt.Errorf("the lock has the key %q", clip(key, maxPath))
		}
		for _, to := range locked.Dependencies {
			if _, ok := p.Lock.Packages[to]; !ok {
				return fmt.Errorf("the lock leads from %s to %q", key, clip(to, maxPath))
			}
		}
	}
	for _, from := range append(slices.Sorted(maps.Keys(p.Lock.Modules)), "") {
		for _, to := range p.Lock.needs(from) {
			if !p.Lock.has(to) {
				return fmt.Errorf("the lock leads from %q to %q", clip(from, maxPath), clip(to, maxPath))
			}
		}
	}
	return nil
}
