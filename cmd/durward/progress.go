package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// patiently makes a call that may take long, and shows meanwhile how far the server is.
func patiently[T any](ctx context.Context, s streams, call func(context.Context) (T, error)) (T, error) {
	p := newProgress(s)
	defer p.end()
	return call(client.WithProgress(ctx, p.report))
}

// Progress is shown to whoever has waited for a while: most calls are answered before. On a terminal one line is written again and again; in a log each line stays, and so they are few.
const (
	progressAfter    = 500 * time.Millisecond
	progressTerminal = 100 * time.Millisecond
	progressLog      = 2 * time.Second
)

// progressLine shows the last that was reported.
type progressLine struct {
	out      io.Writer
	terminal bool
	every    time.Duration

	mu    sync.Mutex
	timer *time.Timer // nil after the end
	text  string      // to be shown; empty if it has been
	shown bool
}

func newProgress(s streams) *progressLine {
	p := &progressLine{out: s.err, every: progressLog}
	if s.terminal != nil {
		p.out, p.terminal, p.every = s.terminal, true, progressTerminal
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(progressAfter, p.show)
	return p
}

func (p *progressLine) report(step api.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = harmless(progressText(step))
}

func (p *progressLine) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		return
	}
	p.timer.Reset(p.every)
	if p.text == "" {
		return
	}
	if p.terminal {
		const width = 79 // a line that the terminal breaks could not be written over
		fmt.Fprintf(p.out, "\r\x1b[K%.*s", width, p.text)
	} else {
		fmt.Fprintln(p.out, p.text)
	}
	p.text, p.shown = "", true
}

// end takes the line away.
func (p *progressLine) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
	p.timer = nil
	if p.terminal && p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func progressText(p api.Progress) string {
	text := p.Stage
	switch p.Stage {
	case "wait":
		return "waiting until the server has brought others their packages"
	case "resolve":
		text = fmt.Sprintf("resolving packages, %d so far", p.Done)
	case "download":
		text = fmt.Sprintf("downloading packages, %d of %d done, %.1f MB", p.Done, p.Total, float64(p.Bytes)/1e6)
	case "unpack":
		text = fmt.Sprintf("unpacking packages, %d of %d done", p.Done, p.Total)
	case "bundle":
		return "bundling"
	case "check":
		return "checking types"
	case "run":
		return "running"
	case "store":
		return "storing"
	}
	if p.Package != "" {
		text += ": " + p.Package
	}
	return text
}

// terminal returns f if it leads to a terminal, and nil otherwise.
func terminal(f *os.File) io.Writer {
	about, err := f.Stat()
	if err != nil || about.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return f
}
