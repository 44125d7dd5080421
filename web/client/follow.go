package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/durward/durward/web/api"
)

// ErrMissed says that there were more execute calls than could be handed on: some are left out. They are in the audit.
var ErrMissed = errors.New("some execute calls are left out, because there were too many at a time")

const (
	maxEvent       = 4 << 20 // bytes of one server-sent event; a record has at most 1 MiB before JSON escapes
	reconnectAfter = time.Second
	remembered     = 4096 // ids of records that were handed on
)

// Follow hands on execute calls as they happen, until ctx ends or the loop does. It connects again when the connection ends; calls that happened meanwhile come then. An [ErrMissed] or an
// [UnreachableError] comes between the calls and is no end; any other error, a [Problem] for example, is the last. The times of the filter are not looked at.
func (t *Tenant) Follow(ctx context.Context, f ExecutionFilter) iter.Seq2[api.Record, error] {
	return func(yield func(api.Record, error) bool) {
		follow := following{seen: make(map[string]bool), yield: yield}
		for {
			err := t.follow(ctx, f, &follow)
			switch {
			case follow.enough:
				return
			case ctx.Err() != nil:
				yield(api.Record{}, ctx.Err())
				return
			case err != nil && !yield(api.Record{}, err), err != nil && !errors.As(err, new(*UnreachableError)):
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(reconnectAfter):
			}
		}
	}
}

// following is how far it has come, over all connections.
type following struct {
	last   string
	seen   map[string]bool
	order  []string
	yield  func(api.Record, error) bool
	enough bool
}

// follow reads one connection to its end.
func (t *Tenant) follow(ctx context.Context, f ExecutionFilter, to *following) error {
	r := request{method: http.MethodGet, path: t.path("audit", "executions", "stream"), query: f.query(), header: http.Header{}}
	if to.last != "" {
		r.header.Set("Last-Event-Id", to.last)
	}
	got, err := t.client.send(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = got.Body.Close() }()
	lines := bufio.NewScanner(got.Body)
	lines.Buffer(nil, maxEvent)
	event := ""
	for !to.enough && lines.Scan() {
		line := lines.Bytes()
		if name, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			event = string(name)
		} else if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			if err := to.take(event, data); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil && !to.enough {
		return t.client.broken(ctx, err)
	}
	return nil
}

// take hands on an event.
func (f *following) take(event string, data []byte) error {
	switch event {
	case "missed":
		f.enough = !f.yield(api.Record{}, ErrMissed)
	case "execution":
		var r api.Record
		if err := json.Unmarshal(data, &r); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		f.last = r.ID
		if f.seen[r.ID] {
			return nil
		}
		f.seen[r.ID] = true
		if f.order = append(f.order, r.ID); len(f.order) > remembered {
			delete(f.seen, f.order[0])
			f.order = f.order[1:]
		}
		f.enough = !f.yield(r, nil)
	}
	return nil
}
