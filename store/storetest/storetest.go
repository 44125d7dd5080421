// Package storetest is what every store must show: [Run] tests each promise of the interfaces in packages catalog, accounts, versions, audit, idempotency
// and deliveries. A backend that passes it can stand behind the product.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/versions"
)

// Store is a backend.
type Store interface {
	catalog.Store
	accounts.Store
	versions.Store
	versions.CounterStore
	audit.Store
	idempotency.Store
	deliveries.Store
	Close() error
}

// Run tests a backend. open returns an empty store of its own for each test, and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"tenants":                           testTenants,
		"keys":                              testKeys,
		"keys are watched":                  testWatchKeys,
		"secrets":                           testSecrets,
		"secrets are sealed anew":           testReseal,
		"egress policies":                   testEgress,
		"limits":                            testLimits,
		"publishing":                        testPublishing,
		"policies are saved one at a time":  testEgressRace,
		"limits are saved one at a time":    testLimitsRace,
		"tenants are watched":               testWatchTenants,
		"actions":                           testActions,
		"drafts":                            testDrafts,
		"drafts are saved one at a time":    testDraftRace,
		"versions":                          testVersions,
		"versions by precedence":            testVersionOrder,
		"a version is published once":       testVersionRace,
		"dependents of modules":             testDependents,
		"flows and revisions":               testFlows,
		"revisions are saved one at a time": testRevisionRace,
		"flows are watched":                 testWatchFlows,
		"run keys":                          testRunKeys,
		"rollouts":                          testRollouts,
		"figures":                           testFigures,
		"freezes of tenants":                testTenantFreezes,
		"recalls":                           testRecalls,
		"deprecations":                      testDeprecations,
		"actions are deleted":               testDeleteAction,
		"what is deleted is not attached":   testDeleteRace,
		"a watcher may use the store":       testWatcherUsesStore,
		"events":                            testEvents,
		"events are filtered":               testEventFilter,
		"events chain while many write":     testEventChain,
		"a failed write leaves nothing":     testFailedWrite,
		"failed writes do not harm others":  testFailedWriteAmongOthers,
		"a context that has ended":          testContext,
		"lists are paged":                   testPaging,
		"pages end by bytes":                testPageBytes,
		"cursors are checked":               testCursors,
		"tenants are isolated":              testIsolation,
		"answers":                           testAnswers,
		"answers are bounded":               testAnswerBounds,
		"answers expire":                    testAnswerExpiry,
		"answers are kept once":             testAnswerRace,
		"deliveries":                        testDeliveries,
		"deliveries with an answer":         testAnsweredDeliveries,
		"deliveries in line":                testDeliveryLines,
		"claims on deliveries":              testDeliveryClaims,
		"claims are made once":              testDeliveryClaimRace,
		"deliveries are bounded":            testDeliveryBounds,
		"dead letters":                      testDeadLetters,
		"counters":                          testCounters,
		"counters and the clock":            testCounterClock,
		"counters are hit one at a time":    testCounterRace,
		"counters are bounded":              testCounterBounds,
		"people":                            testPeople,
		"members":                           testMembers,
		"the last admin stays":              testLastAdmin,
		"admins leave one at a time":        testLastAdminRace,
		"joining":                           testJoin,
		"an invitation is used once":        testJoinRace,
		"members are bounded":               testMemberBounds,
		"invitations":                       testInvitations,
		"sessions":                          testSessions,
		"sessions are bounded":              testSessionBounds,
		"what is over is swept":             testSweep,
		"records":                           testRecords,
		"records are filtered":              testRecordFilter,
		"records are paged in order":        testRecordPaging,
		"record pages are stable":           testRecordStability,
		"records are written once":          testRecordBatches,
		"records by day":                    testRetention,
		"odd records":                       testOddRecords,
		"statistics":                        testStatistics,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var now = time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.UTC)

var alice = audit.Actor{Key: "k1", Name: "Alice", Role: "admin"}

func event(kind audit.EventType) audit.Event {
	return audit.Event{Time: now, Type: kind, Actor: alice}
}

func tenant(t *testing.T, s Store, id catalog.TenantID) {
	t.Helper()
	require.NoError(t, s.CreateTenant(t.Context(), catalog.Tenant{ID: id, Name: "Tenant " + string(id), CreatedAt: now}, event(audit.TenantCreated)))
}

func action(t *testing.T, s Store, owner catalog.TenantID, slug catalog.ActionSlug) (catalog.Action, catalog.Draft) {
	t.Helper()
	a := catalog.Action{
		Tenant: owner, Slug: slug, Name: "Action", Description: "Allows <some> & not others", Kind: catalog.ActionCustom,
		Template: "domain-allowlist", CreatedAt: now, CreatedBy: alice,
	}
	d := catalog.Draft{
		Revision: 1, Files: map[string]string{"action.ts": "export const x = 1 < 2;\n", "lib/a.ts": "\u2028"}, Entry: "action.ts",
		Triggers:     []contract.TriggerID{"login.after", "registration.after"},
		ConfigSchema: json.RawMessage("{\n  \"type\": \"object\", \"title\": \"<a>\"\n}"),
		Secrets:      []string{"API_KEY"}, Hosts: []string{"api.example.com"},
		Dependencies: map[string]string{"axios": "^1"}, Lock: json.RawMessage("{\n  \"packages\": {}\n}"), UpdatedAt: now, UpdatedBy: alice,
	}
	require.NoError(t, s.CreateAction(t.Context(), a, d, event(audit.ActionCreated)))
	return a, d
}

func version(owner catalog.TenantID, slug catalog.ActionSlug, number string) versions.Version {
	return versions.Version{
		Tenant: owner, Action: slug, Number: number, Files: map[string]string{"action.ts": "source"}, Entry: "action.ts",
		Triggers: []contract.TriggerID{"login.after"}, ConfigSchema: json.RawMessage("{ \"type\":  \"object\" }"), Secrets: []string{"API_KEY"},
		Hosts: []string{"*.example.com:8443"},
		Lock:  json.RawMessage("{\n  \"packages\": {\"<a>\": 1}\n}"), Modules: []versions.ModulePin{{Module: "a-00", Number: "1.0.0"}},
		Bundle: []byte("bundle\x00\xff" + number), SourceMap: []byte(`{"version":3}`), Bundler: "esbuild 0.28.2", Digest: strings.Repeat("ab", 32),
		Code:    &capability.Code{APIs: []capability.Use{{API: capability.Fetch, By: []string{capability.Own, "axios@1.0.0"}}}, Outcomes: []string{"block", "continue"}},
		Message: "first", PublishedAt: now, PublishedBy: alice,
	}
}

// pinnedAction is the one that the function revision pins, at version 1.0.0.
const pinnedAction = "a-00"

// pinned makes what the function revision pins, if it is not there.
func pinned(t *testing.T, s Store, owner catalog.TenantID) {
	t.Helper()
	if _, err := s.Action(t.Context(), owner, pinnedAction); err != nil {
		require.NoError(t, s.CreateAction(t.Context(), catalog.Action{Tenant: owner, Slug: pinnedAction, CreatedAt: now}, catalog.Draft{Revision: 1}))
	}
	if _, err := s.Version(t.Context(), owner, pinnedAction, "1.0.0"); err != nil {
		require.NoError(t, s.PutVersion(t.Context(), version(owner, pinnedAction, "1.0.0")))
	}
}

func flow(t *testing.T, s Store, owner catalog.TenantID, slug versions.FlowSlug) (versions.Flow, versions.Revision) {
	t.Helper()
	pinned(t, s, owner)
	f := versions.Flow{Tenant: owner, Slug: slug, Kind: "login", Name: "Login", CreatedAt: now, CreatedBy: alice, Revision: 1, Latest: 1, Edition: 1}
	r := revision(owner, slug, 1)
	require.NoError(t, s.CreateFlow(t.Context(), f, r, event(audit.FlowCreated)))
	return f, r
}

// saveRevision makes r live in a flow as the function flow makes it, whose editions are numbered as its revisions.
func saveRevision(ctx context.Context, s Store, r versions.Revision, events ...audit.Event) error {
	f := versions.Flow{Tenant: r.Tenant, Slug: r.Flow, Kind: "login", Name: "Login", CreatedAt: now, CreatedBy: alice, Revision: r.Number, Latest: r.Number, Edition: r.Number}
	return s.SaveFlow(ctx, f, []versions.Revision{r}, events...)
}

func revision(owner catalog.TenantID, slug versions.FlowSlug, number int) versions.Revision {
	return versions.Revision{
		Tenant: owner, Flow: slug, Number: number, Message: fmt.Sprintf("save %d", number), SavedAt: now, SavedBy: alice,
		Slots: map[contract.SlotName]versions.Slot{"after": {
			Default: []versions.Attachment{{
				ID: "a1", Action: pinnedAction, Version: "1.0.0", Config: json.RawMessage(`{"domains":["example.com"]}`),
				OnFailure: versions.Continue, TimeoutMS: 700, Limits: catalog.Limits{CPUMS: 100, Requests: 3},
			}},
			Methods: map[contract.Method][]versions.Attachment{"passkey": {}},
		}},
	}
}

func record(owner string, at time.Time) audit.Record {
	return audit.Record{
		ID: uuid.Must(uuid.NewV7()).String(), Time: at, Tenant: owner, Flow: "login", Slot: "after", Trigger: "login.after", Method: "password",
		Revision: 3, Run: uuid.NewString(), Request: "req-1", User: "user-1", Outcome: "continue", DurationUS: 900,
		Actions: []audit.Executed{{
			Attachment: "a1", Action: "gate", Version: "1.0.0", Outcome: "continue", DurationUS: 400, CPUUS: 200,
			Logs: []audit.Log{{Level: "info", Message: "passed", AtUS: 12}},
		}},
	}
}

// all reads a list to its end, a few entries at a time.
func all[T any](t *testing.T, limit int, list func(catalog.Page) (catalog.List[T], error)) []T {
	t.Helper()
	var items []T
	for p := (catalog.Page{Limit: limit}); ; {
		l, err := list(p)
		require.NoError(t, err)
		require.LessOrEqual(t, len(l.Items), limit)
		items = append(items, l.Items...)
		if l.Next == "" {
			return items
		}
		require.Len(t, l.Items, limit, "only the last page may be short")
		require.NotEqual(t, p.After, l.Next)
		p.After = l.Next
	}
}
