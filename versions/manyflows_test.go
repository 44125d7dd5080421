package versions_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

// manyFlows is a store with many flows, all alike, that counts the reads.
type manyFlows struct {
	versions.Store
	tenants, each int
	rolling       rollout.Rollout
	reads         atomic.Int64
}

func newManyFlows(_ testing.TB, tenants, each int) *manyFlows {
	return &manyFlows{tenants: tenants, each: each, rolling: rollout.Start(1, 1, 2, rollout.Plan{Steps: []rollout.Step{{Percent: 10}}}, now)}
}

func (m *manyFlows) refs() []versions.FlowRef {
	var refs []versions.FlowRef
	for i := range m.tenants {
		for j := range m.each {
			refs = append(refs, versions.FlowRef{Tenant: catalog.TenantID(fmt.Sprint("tenant-", i)), Flow: versions.FlowSlug(fmt.Sprint("flow-", j))})
		}
	}
	return refs
}

func (m *manyFlows) WatchFlows(context.Context, func(versions.FlowRef)) {}

func (m *manyFlows) Flow(_ context.Context, tenant catalog.TenantID, slug versions.FlowSlug) (versions.Flow, error) {
	m.reads.Add(1)
	f := versions.Flow{Tenant: tenant, Slug: slug, Kind: "login", Revision: 1, Latest: 2}
	if slug == "flow-0" {
		f.Rollout = &m.rolling
	}
	return f, nil
}

func (m *manyFlows) Revision(_ context.Context, tenant catalog.TenantID, flow versions.FlowSlug, number int) (versions.Revision, error) {
	m.reads.Add(1)
	return versions.Revision{Tenant: tenant, Flow: flow, Number: number, Slots: map[contract.SlotName]versions.Slot{"after": {Default: attach("a")}}}, nil
}

func (m *manyFlows) Version(_ context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (versions.Version, error) {
	m.reads.Add(1)
	return versions.Version{Tenant: tenant, Action: action, Number: number, Bundle: []byte("script")}, nil
}
