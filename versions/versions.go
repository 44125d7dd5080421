// Package versions says which code runs where: immutable versions of actions, flows with their slots and attachments, immutable
// numbered revisions of flows, and runs sealed to the revision that they started on.
//
// A version is made by the [Publisher]; a revision by [Flows]; [Live] answers, without I/O, what runs for a call; the [Executor]
// takes a call through all of it; the [Conductor] carries out rollouts. What an action is belongs to package catalog, how it runs to package runtime.
package versions

import (
	"encoding/json"
	"iter"
	"time"

	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions/rollout"
)

// Version is an immutable snapshot of an action, with everything that is needed to run it, show it and build it again.
type Version struct {
	Tenant catalog.TenantID
	Action catalog.ActionSlug
	// Number is a semantic version (2.0.0), without a leading v.
	Number string
	// Files are the sources by path, those of shared modules included, below names like durward:crm@1.2.0.
	Files map[string]string
	Entry string
	// Triggers are none if this is a shared module.
	Triggers     []contract.TriggerID
	ConfigSchema json.RawMessage
	Secrets      []string
	// Hosts are those that the action sends requests to; empty: those that the tenant's policy allows.
	Hosts []string
	// Lock says which npm packages and shared modules are in the bundle, as [Packages] wrote it; empty if the action declares none. Lists are without it.
	Lock json.RawMessage
	// Modules are the shared modules that the bundle has, as the lock pins them.
	Modules []ModulePin
	// Bundle is the script that runs; SourceMap leads from it back to Files.
	Bundle    []byte
	SourceMap []byte
	// Bundler names the bundler and its version, for example "esbuild 0.28.2".
	Bundler string
	// Code is what the bundle can do, as far as its text shows; nil in a version from before it was looked at. It is beside the digest: it follows from what the digest is over, and a reader that
	// learns to see more changes no version.
	Code *capability.Code
	// Digest is the SHA-256, in hex, over everything above but the tenant and Code; Modules is in the lock.
	Digest      string
	Message     string
	PublishedAt time.Time
	PublishedBy audit.Actor
	// Recall is set if the version was recalled: no revision may pin it any more, and no run goes on with it.
	Recall *Recall
	// Deprecation is set if nobody should begin to use the version. It can be used as before.
	Deprecation *Deprecation
}

// Deprecation says why nobody should begin to use a version, and what to use.
type Deprecation struct {
	At     time.Time   `json:"at"`
	By     audit.Actor `json:"by"`
	Reason string      `json:"reason"`
}

// Recall takes a version or a revision out of use. Runs that are sealed to what was recalled go on with what is live.
type Recall struct {
	At     time.Time   `json:"at"`
	By     audit.Actor `json:"by"`
	Reason string      `json:"reason,omitempty"`
}

// FlowSlug names a flow within its tenant. It never changes.
type FlowSlug string

// Flow is one authentication event of a tenant. A tenant may have several of one kind.
type Flow struct {
	Tenant    catalog.TenantID
	Slug      FlowSlug
	Kind      contract.FlowKind
	Name      string
	CreatedAt time.Time
	CreatedBy audit.Actor
	// Revision is the number of the live revision, from 1. While a candidate is rolled out it is the stable one.
	Revision int
	// Latest is the number of the newest revision; a candidate is newer than the live one, and so is one that was taken back.
	Latest int
	// Previous is the revision that was live before, 0 for none.
	Previous int
	// Edition counts the writes of the flow, for compare-and-swap.
	Edition int
	// Rollout is the flow's last rollout, nil if there was none.
	Rollout *rollout.Rollout
	// Notice is the notification of the last rollout's end, nil if there is none.
	Notice  *Notice
	Freezes []Freeze
}

// Rolling says whether a candidate is being rolled out.
func (f *Flow) Rolling() bool { return f.Rollout != nil && f.Rollout.Active() }

// Freeze is a time in which nothing new goes live. What takes something back is always possible.
type Freeze struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason,omitempty"`
}

// Revision is an immutable snapshot of a whole flow.
type Revision struct {
	Tenant  catalog.TenantID
	Flow    FlowSlug
	Number  int
	Slots   map[contract.SlotName]Slot
	Message string
	SavedAt time.Time
	SavedBy audit.Actor
	// Recall is set if the revision was recalled.
	Recall *Recall
}

// VersionRef names a version of a tenant's.
type VersionRef struct {
	Action catalog.ActionSlug
	Number string
}

func (r VersionRef) String() string { return string(r.Action) + "@" + r.Number }

// Pins are the versions that the revision's attachments name, the disabled ones too; one may come more than once.
func (r *Revision) Pins() iter.Seq[VersionRef] {
	return func(yield func(VersionRef) bool) {
		for _, slot := range r.Slots {
			for _, list := range slot.lists() {
				for _, a := range list {
					if !yield(VersionRef{a.Action, a.Version}) {
						return
					}
				}
			}
		}
	}
}

// Slot is what runs at one trigger point.
type Slot struct {
	// Default runs where Methods has no list for the method in use.
	Default []Attachment `json:"default,omitempty"`
	// Methods holds a list for a method that runs instead of the default list; an empty list runs nothing for that method.
	Methods map[contract.Method][]Attachment `json:"methods,omitempty"`
	// Order says which deliveries run one after the other. Only the slots of asynchronous triggers have one. Default: none do.
	Order Order `json:"order,omitempty"`
	// TimeoutMS is the wall-clock budget of a whole list in milliseconds. Default: 10000.
	TimeoutMS int `json:"timeout_ms,omitempty"`
}

// Attachment is one action in one list of a slot.
type Attachment struct {
	// ID is unique within its flow's revision and stays the same over revisions, so that a change can be told from a replacement.
	ID      string             `json:"id"`
	Action  catalog.ActionSlug `json:"action"`
	Version string             `json:"version"` // an exact pin
	// Config is valid against the version's schema; absent means {}.
	Config json.RawMessage `json:"config,omitempty"`
	// Disabled says that the attachment is kept and does not run.
	Disabled bool `json:"disabled,omitempty"`
	// When is a condition, as package runtime/condition has it: where it is false, the attachment is skipped. Default: it runs always.
	When string `json:"when,omitempty"`
	// OnFailure says what a failure of the action, or of its condition, does: "block" or "continue". Default: "block" where the trigger's actions may block, else "continue".
	OnFailure Policy `json:"on_failure,omitempty"`
	// TimeoutMS is the wall-clock budget in milliseconds. Default: 5000.
	TimeoutMS int `json:"timeout_ms,omitempty"`
	// Limits are the execution's other limits. A zero field means the default of vm.Limits, or the tenant's maximum if that is lower.
	Limits catalog.Limits `json:"limits,omitzero"`
}

// Policy is what a failure of an action does to the chain.
type Policy string

// The policies.
const (
	Block    Policy = "block"    // fail closed
	Continue Policy = "continue" // fail open
)
