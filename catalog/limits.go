package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog/audit"
)

// Limits bound one execution. A zero field says nothing: what it means is said where Limits are used.
type Limits struct {
	CPUMS        int `json:"cpu_ms,omitempty"`        // milliseconds of computing
	WallMS       int `json:"wall_ms,omitempty"`       // milliseconds from start to end
	MemoryBytes  int `json:"memory_bytes,omitempty"`  // of live values
	CallDepth    int `json:"call_depth,omitempty"`    // nested calls
	OutcomeBytes int `json:"outcome_bytes,omitempty"` // of the outcome's JSON
	LogLines     int `json:"log_lines,omitempty"`
	LogBytes     int `json:"log_bytes,omitempty"` // of all lines together
	Timers       int `json:"timers,omitempty"`    // pending at a time
	Pending      int `json:"pending,omitempty"`   // host calls that wait for their answer at a time
	Requests     int `json:"requests,omitempty"`  // over the network
	RequestBytes int `json:"request_bytes,omitempty"`
}

type limit struct {
	name  string // as in JSON
	value *int
}

func (l *Limits) fields() []limit {
	return []limit{
		{"cpu_ms", &l.CPUMS}, {"wall_ms", &l.WallMS}, {"memory_bytes", &l.MemoryBytes}, {"call_depth", &l.CallDepth}, {"outcome_bytes", &l.OutcomeBytes},
		{"log_lines", &l.LogLines}, {"log_bytes", &l.LogBytes}, {"timers", &l.Timers}, {"pending", &l.Pending}, {"requests", &l.Requests}, {"request_bytes", &l.RequestBytes},
	}
}

// Check returns what is wrong with l where no field may be above that of most; nil if nothing is. A zero field of most is no bound.
func (l Limits) Check(pointer string, most Limits) InvalidErrors {
	var list InvalidErrors
	bounds := most.fields()
	for i, f := range l.fields() {
		bound := *bounds[i].value
		switch {
		case *f.value < 0:
			list = append(list, &InvalidError{Pointer: pointer + "/" + f.name, Detail: "it must not be negative"})
		case bound > 0 && *f.value > bound:
			list = append(list, &InvalidError{Pointer: pointer + "/" + f.name, Detail: fmt.Sprintf("it is %d, and the most that is allowed here is %d", *f.value, bound)})
		}
	}
	return list
}

// Within returns most, with those fields lowered for which l says less.
func (l Limits) Within(most Limits) Limits {
	own := l.fields()
	for i, f := range most.fields() {
		if v := *own[i].value; v > 0 && (*f.value == 0 || v < *f.value) {
			*f.value = v
		}
	}
	return most
}

// TenantLimits are the most that one execution of a tenant may have; the operator decides them. A zero limit is the server's own maximum.
type TenantLimits struct {
	// Revision counts the saves; 0 before the first.
	Revision int
	Limits   Limits
	// InternalHosts are targets that the tenant's actions may reach although their addresses are not public, each as "host:port".
	InternalHosts []string
	UpdatedAt     time.Time
	UpdatedBy     audit.Actor
}

// TenantLimits returns a tenant's limits; they are zero before the first save.
func (c *Catalog) TenantLimits(ctx context.Context, tenant TenantID) (TenantLimits, error) {
	return c.store.TenantLimits(ctx, tenant)
}

// SaveTenantLimits replaces a tenant's limits. base is the revision that the change was made from, and ErrConflict says that it is no longer the newest; with a nil base they are
// replaced whatever is there.
func (c *Catalog) SaveTenantLimits(ctx context.Context, by audit.Actor, tenant TenantID, base *int, l TenantLimits) (TenantLimits, error) {
	list := l.Limits.Check("", c.most)
	checkHosts("/internal_hosts", l.InternalHosts, list.add, exactTarget)
	if len(list) > 0 {
		return TenantLimits{}, list
	}
	l.InternalHosts = sorted(l.InternalHosts)
	for {
		before, err := c.store.TenantLimits(ctx, tenant)
		if err == nil {
			err = conflict(base, before.Revision)
		}
		if err == nil {
			l.Revision, l.UpdatedAt, l.UpdatedBy = before.Revision+1, c.now().UTC(), by
			event := c.event(by, audit.LimitsSaved, tenant)
			event.Revision, event.Before, event.After = l.Revision, describe(before.shown()), describe(l.shown())
			err = c.store.SaveTenantLimits(ctx, tenant, l, event)
		}
		if base == nil && errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return TenantLimits{}, fmt.Errorf("save limits: %w", err)
		}
		return l, nil
	}
}

// shown is what an event tells of the limits.
func (l *TenantLimits) shown() any {
	if l.Revision == 0 {
		return nil
	}
	return struct {
		Limits
		InternalHosts []string `json:"internal_hosts,omitempty"`
	}{l.Limits, l.InternalHosts}
}

// conflict is ErrConflict if a change was made from a revision that is not the newest.
func conflict(base *int, newest int) error {
	if base != nil && *base != newest {
		return ErrConflict
	}
	return nil
}

// add appends an error, up to as many as one answer names.
func (e *InvalidErrors) add(pointer, format string, args ...any) {
	if len(*e) < maxViolations {
		*e = append(*e, &InvalidError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
}
