package versions

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
)

// Budget is what one list of a slot may take: the sums of what its attachments may, the disabled ones aside.
type Budget struct {
	Slot        contract.SlotName
	Method      contract.Method // empty for the default list
	Attachments int             // that can run
	// TimeoutMS and CPUMS are milliseconds of wall-clock and of computing time, Requests those over the network.
	TimeoutMS, CPUMS, Requests int
	// ChainMS is when the chain ends, in milliseconds: the slot's budget, or TimeoutMS if that is less.
	ChainMS int
}

// Budgets returns what each list of a revision may take, in the order of the names of slots and methods. A list of which nothing can run is left out.
func (f *Flows) Budgets(ctx context.Context, r *Revision) ([]Budget, error) {
	c := &checker{flows: f, tenant: r.Tenant}
	if err := c.readSettings(ctx); err != nil {
		return nil, err
	}
	most := runtimeLimits(c.most)
	var list []Budget
	for _, name := range slices.Sorted(maps.Keys(r.Slots)) {
		slot := r.Slots[name]
		for _, method := range slices.Sorted(maps.Keys(slot.lists())) {
			b := Budget{Slot: name, Method: method}
			for _, a := range slot.lists()[method] {
				if !a.Disabled {
					b.add(&a, most)
				}
			}
			if b.Attachments > 0 {
				b.ChainMS = min(b.TimeoutMS, cmp.Or(slot.TimeoutMS, MaxTimeoutMS))
				list = append(list, b)
			}
		}
	}
	return list, nil
}

func (b *Budget) add(a *Attachment, most runtime.Limits) {
	limits := runtimeLimits(a.Limits)
	limits.Wall = time.Duration(a.TimeoutMS) * time.Millisecond
	limits = limits.Within(most)
	b.Attachments++
	b.TimeoutMS += int(limits.Wall.Milliseconds())
	b.CPUMS += int(limits.CPU.Milliseconds())
	b.Requests += limits.Requests
}
