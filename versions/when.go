package versions

import (
	"errors"
	"fmt"
	"weak"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/condition"
)

// when compiles an attachment's condition, and refuses it or warns of it.
func (c *checker) when(at string, trigger contract.Trigger, a *Attachment) {
	key := condition.Key{Trigger: trigger.ID, Text: a.When}
	if a.When == "" {
		return
	}
	if !c.whens[key] {
		c.whens[key] = true
		c.whenSize += len(a.When)
	}
	if c.whenSize > MaxWhenBytes {
		c.refuse(at, "the conditions of a flow have at most %d bytes together", MaxWhenBytes)
		return
	}
	compiled, err := condition.Compile(a.When, trigger)
	if err != nil {
		c.refuseWhen(at, err)
		return
	}
	for _, path := range compiled.Unguarded() {
		c.warn(at, "where there is no %s the condition fails, and on_failure decides; has(%s) && … tests it first", path, path)
	}
}

func (c *checker) refuseWhen(at string, err error) {
	var list condition.Errors
	if !errors.As(err, &list) {
		c.refuse(at, "%v", err)
		return
	}
	for _, e := range list {
		if len(c.errors) < maxErrors {
			c.errors = append(c.errors, &catalog.InvalidError{Pointer: at, Detail: e.Message, Line: e.Line, Column: e.Column, Hint: e.Hint})
		}
	}
}

// broken is a condition that was saved, and that this program cannot compile: it fails, and so the policy decides.
type broken struct{ err error }

// Holds implements runtime.Condition.
func (b broken) Holds(*condition.Input) (bool, error) {
	return false, fmt.Errorf("the condition cannot be compiled: %w", b.err)
}

// condition returns one compiled condition for all that have the same text at the same trigger; nil if there is none.
func (l *Live) condition(text string, t contract.Trigger) runtime.Condition {
	if text == "" {
		return nil
	}
	key := condition.Key{Trigger: t.ID, Text: text}
	l.mu.Lock()
	known := l.conditions[key].Value()
	l.mu.Unlock()
	if known != nil {
		return known
	}
	compiled, err := condition.Compile(text, t)
	if err != nil {
		return broken{err}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conditions) >= maxOld {
		for k, pointer := range l.conditions {
			if pointer.Value() == nil {
				delete(l.conditions, k)
			}
		}
	}
	l.conditions[key] = weak.Make(compiled)
	return compiled
}
