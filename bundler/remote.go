package bundler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/durward/durward/bundler/capability"
)

// TaskName is what a worker process knows [Task] by.
const TaskName = "build"

// ErrBadReply says that the process which built sent something that no build answers. It is no fault of the source's, though the
// source may have brought it about.
var ErrBadReply = errors.New("the building process gave an answer that makes no sense")

// maxReply bounds a reply: bundle and map in base64, and the diagnostics.
const maxReply = (MaxScriptSize+MaxMapSize)*4/3 + 1<<20

// reply is what goes back over the wire. Either Script and SourceMap are there, or a diagnostic is an error.
type reply struct {
	Script      []byte       `json:"script,omitempty"`
	SourceMap   []byte       `json:"source_map,omitempty"`
	Bundler     string       `json:"bundler,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`

	Capabilities capability.Found `json:"capabilities,omitzero"`
}

// Task returns the process's side: it takes a source as [Remote] sends it and returns the reply for [Remote]. check sees the bundle before it
// goes, and may refuse it with diagnostics of severity error or add warnings; it may be nil. The error is one of ours, not of the source's.
func Task(check func(*Bundle) []Diagnostic) func(payload []byte) ([]byte, error) {
	return func(payload []byte) ([]byte, error) {
		src, err := DecodeSource(payload)
		if err != nil {
			return nil, err
		}
		r, err := build(src, check)
		if err != nil {
			return nil, err
		}
		return json.Marshal(r)
	}
}

func build(src Source, check func(*Bundle) []Diagnostic) (reply, error) {
	b, err := Build(src)
	if broken, ok := errors.AsType[*BuildError](err); ok {
		return reply{Diagnostics: broken.Diagnostics}, nil
	}
	if err != nil {
		return reply{}, err
	}
	ds := b.Warnings
	if check != nil {
		ds = append(check(b), ds...)
	}
	ds = ds[:min(len(ds), maxDiagnostics)]
	if hasError(ds) {
		return reply{Diagnostics: ds}, nil
	}
	return reply{Script: b.Script, SourceMap: b.SourceMap, Bundler: b.Bundler, Diagnostics: ds, Capabilities: b.Capabilities}, nil
}

// Remote builds in another process, which may be killed.
type Remote struct {
	// Run sends a task with its payload to a process that works for the tenant, and returns its reply.
	Run func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error)
}

// Build is [Build] in another process. The error is a [*BuildError] if the source is at fault; [ErrBadReply]; or what Run returned,
// wrapped: also a source that kept the process too long, or killed it, ends there.
func (r Remote) Build(ctx context.Context, tenant string, src Source) (*Bundle, error) {
	if faults := src.check(); len(faults) > 0 {
		return nil, newBuildError(faults)
	}
	payload, err := encodePayload(src)
	if err != nil {
		return nil, err
	}
	answer, err := r.Run(ctx, tenant, TaskName, payload)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	return decodeReply(answer, src)
}

// decodeReply takes every byte for hostile.
func decodeReply(answer []byte, src Source) (*Bundle, error) {
	if len(answer) > maxReply {
		return nil, fmt.Errorf("%w: %d bytes", ErrBadReply, len(answer))
	}
	var r reply
	if err := decodeStrictly(answer, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadReply, err)
	}
	if err := r.validate(src); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadReply, err)
	}
	if hasError(r.Diagnostics) {
		return nil, &BuildError{Diagnostics: r.Diagnostics}
	}
	return &Bundle{Script: r.Script, SourceMap: r.SourceMap, Bundler: r.Bundler, Warnings: r.Diagnostics, Capabilities: r.Capabilities}, nil
}

func (r reply) validate(src Source) error {
	if len(r.Diagnostics) > maxDiagnostics {
		return errors.New("too many diagnostics")
	}
	for _, d := range r.Diagnostics {
		if err := d.validate(src); err != nil {
			return err
		}
	}
	if hasError(r.Diagnostics) {
		if r.Script != nil || r.SourceMap != nil {
			return errors.New("both a bundle and errors")
		}
		return nil
	}
	switch {
	case len(r.Script) == 0 || len(r.Script) > MaxScriptSize || !utf8.Valid(r.Script):
		return errors.New("no proper script")
	case len(r.SourceMap) == 0 || len(r.SourceMap) > MaxMapSize || !json.Valid(r.SourceMap):
		return errors.New("no proper source map")
	case r.Bundler == "" || len(r.Bundler) > 64:
		return errors.New("no proper name of the bundler")
	}
	return r.Capabilities.Check(func(file string) bool { _, own := src.Files[file]; return own })
}

func (d Diagnostic) validate(src Source) error {
	const slack = len("…")
	_, known := src.Files[d.File]
	switch {
	case d.Severity != SeverityError && d.Severity != SeverityWarning:
		return errors.New("a diagnostic without a severity")
	case d.File != "" && !known:
		return errors.New("a diagnostic about an unknown file")
	case min(d.Line, d.Column, d.Length) < 0 || max(d.Line, d.Column, d.Length) > MaxFileSize+1:
		return errors.New("a diagnostic about a place that cannot be")
	case d.Text == "" || max(len(d.Text), len(d.Hint), len(d.LineText)) > maxText+slack:
		return errors.New("a diagnostic without a proper text")
	}
	return nil
}

func hasError(ds []Diagnostic) bool {
	for _, d := range ds {
		if d.Severity == SeverityError {
			return true
		}
	}
	return false
}

// decodeStrictly refuses unknown members and anything after the value.
func decodeStrictly(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more after the end")
	}
	return nil
}
