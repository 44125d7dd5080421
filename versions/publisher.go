package versions

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/progress"
	"github.com/durward/durward/runtime"
)

// Builder bundles sources; [bundler.Remote] is one. What is wrong with the sources is a [*bundler.BuildError].
type Builder interface {
	Build(ctx context.Context, tenant string, source bundler.Source) (*bundler.Bundle, error)
}

// Catalog is what of the catalog versions are made from.
type Catalog interface {
	Action(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (catalog.Action, error)
	Draft(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (catalog.Draft, error)
	Publishing(ctx context.Context, tenant catalog.TenantID) (catalog.Publishing, error)
}

// Publisher makes versions out of drafts, and tries drafts out.
type Publisher struct {
	Store   Store
	Catalog Catalog
	Builder Builder
	// Packages fetches the npm packages of a lock. Default: what has a lock cannot be built.
	Packages interface {
		Load(ctx context.Context, lock json.RawMessage) (*bundler.Packages, error)
	}
	// PackageDeclarations gathers the types of packages. Default: what has a lock has no types.
	PackageDeclarations PackageTypes
	// TypeChecker checks the types of what tenants want checked. Default: tenants that demand it cannot publish.
	TypeChecker TypeChecker

	Schemas catalog.Schemas
	Engine  *runtime.Engine
	Now     func() time.Time
}

// Publication is how a draft is published.
type Publication struct {
	Number  string // a semantic version, such as 1.2.0
	Message string
}

const maxMessage = 2000

// Publish makes a version of an action's draft. Publishing what is published already returns the version that is there; with the same number and other content it returns an
// error that is catalog.ErrExists. Sources that do not build, or whose types are wrong where the tenant refuses that, are a [*bundler.BuildError]; [ErrNoTypeCheck] says that such a tenant's types cannot be checked, and an incomplete draft is catalog.InvalidErrors; nothing is stored then. The
// diagnostics are warnings.
func (p *Publisher) Publish(ctx context.Context, by audit.Actor, tenant catalog.TenantID, slug catalog.ActionSlug, publication Publication) (Version, []bundler.Diagnostic, error) {
	if err := checkPublication(publication); err != nil {
		return Version{}, nil, err
	}
	v, warnings, err := p.prepare(ctx, tenant, slug)
	if err != nil {
		return Version{}, nil, err
	}
	v.Number, v.Message, v.PublishedAt, v.PublishedBy = publication.Number, publication.Message, p.now(), by
	v.Digest = v.digest()
	event := audit.Event{
		Time: v.PublishedAt, Type: audit.ActionPublished, Tenant: string(tenant), Actor: by, Action: string(slug), Version: v.Number,
		After: describe(published{v.Digest, v.Message, v.Modules}),
	}
	progress.Report(ctx, progress.Step{Stage: progress.Store})
	err = p.Store.PutVersion(ctx, v, event)
	if errors.Is(err, catalog.ErrExists) {
		there, readErr := p.Store.Version(ctx, tenant, slug, v.Number)
		if readErr == nil && there.Digest == v.Digest {
			return there, warnings, nil
		}
		err = errors.Join(fmt.Errorf("version %s of %s is published with other content, and versions never change: %w", v.Number, slug, catalog.ErrExists), readErr)
	}
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish %s: %w", slug, err)
	}
	return v, warnings, nil
}

// prepare makes of a draft what would be published, but for its number and digest, and tells what to warn of.
func (p *Publisher) prepare(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (Version, []bundler.Diagnostic, error) {
	action, err := p.Catalog.Action(ctx, tenant, slug)
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish %s: %w", slug, err)
	}
	draft, err := p.Catalog.Draft(ctx, tenant, slug)
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish %s: %w", slug, err)
	}
	isModule := action.Kind == catalog.ActionModule
	if len(draft.Triggers) == 0 && !isModule {
		return Version{}, nil, invalid("", "the draft names no trigger: say with triggers where the action can be attached")
	}
	source, err := p.source(ctx, tenant, &draft)
	if err != nil {
		return Version{}, nil, err
	}
	source.Module = isModule
	bundle, err := p.bundle(ctx, tenant, source, draft.Lock)
	if err != nil {
		return Version{}, nil, err
	}
	ill, err := p.checkTypes(ctx, tenant, &draft)
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish %s: %w", slug, err)
	}
	lock, err := decodeLock(draft.Lock)
	if err != nil {
		return Version{}, nil, fmt.Errorf("publish %s: %w", slug, err)
	}
	warnings := slices.Concat(bundle.Warnings, ill)
	if !isModule {
		warnings = slices.Concat(warnings, undeclared(&draft, source.Files, &bundle.Capabilities))
	}
	return Version{
		Tenant: tenant, Action: slug, Modules: pins(lock), Files: source.Files, Entry: source.Entry, Triggers: draft.Triggers, ConfigSchema: compact(draft.ConfigSchema), Secrets: draft.Secrets,
		Hosts: draft.Hosts, Lock: draft.Lock, Bundle: bundle.Script, SourceMap: bundle.SourceMap, Bundler: bundle.Bundler, Code: &bundle.Capabilities.Code,
	}, warnings, nil
}

// Check does with a draft what publishing would do, but stores nothing: it returns what differs from the newest version in what the draft can do, and warnings. Errors are as for Publish.
func (p *Publisher) Check(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (CapabilityChanges, []bundler.Diagnostic, error) {
	v, warnings, err := p.prepare(ctx, tenant, slug)
	if err != nil {
		return CapabilityChanges{}, nil, err
	}
	changes, err := p.Changes(ctx, v)
	return changes, warnings, err
}

// published is what an event shows of a publication.
type published struct {
	Digest  string      `json:"digest"`
	Message string      `json:"message"`
	Modules []ModulePin `json:"modules,omitempty"`
}

func checkPublication(publication Publication) error {
	if _, err := ParseNumber(publication.Number); err != nil || len(publication.Number) > 64 {
		return invalid("/number", "%q is not a semantic version such as 1.2.0", clip(publication.Number, 80))
	}
	if len(publication.Message) > maxMessage {
		return invalid("/message", "a message has at most %d bytes", maxMessage)
	}
	return nil
}

// source is all that a draft is made of, but for its packages.
func (p *Publisher) source(ctx context.Context, tenant catalog.TenantID, draft *catalog.Draft) (bundler.Source, error) {
	if len(draft.Files) == 0 {
		return bundler.Source{}, invalid("/files", "the draft has no files")
	}
	entry := draft.EntryFile()
	if entry == "" {
		return bundler.Source{}, invalid("/entry", "which of the files is the one that is imported, and in an action exports execute? Name it with entry, or call it action.ts or index.ts")
	}
	files, err := p.ModuleFiles(ctx, tenant, draft.Lock)
	if err != nil {
		return bundler.Source{}, err
	}
	maps.Copy(files, draft.Files)
	return bundler.Source{Files: files, Entry: entry}, nil
}

// bundle builds a source with the packages of its lock.
func (p *Publisher) bundle(ctx context.Context, tenant catalog.TenantID, source bundler.Source, lock json.RawMessage) (*bundler.Bundle, error) {
	if len(lock) > 0 {
		if p.Packages == nil {
			return nil, catalog.ErrNoRegistry
		}
		var err error
		if source.Packages, err = p.Packages.Load(ctx, lock); err != nil {
			return nil, err
		}
	}
	progress.Report(ctx, progress.Step{Stage: progress.Bundle})
	return p.Builder.Build(ctx, string(tenant), source)
}

// compact leaves out the white space between the parts of a schema, which depends on how it came here: a form, a file, another tenant's export. So the same action has the same digest.
func compact(schema json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, schema) != nil {
		return schema // as when there is none
	}
	return b.Bytes()
}

func (p *Publisher) now() time.Time {
	if p.Now == nil {
		return time.Now().UTC()
	}
	return p.Now().UTC()
}

// Version returns a version with everything in it.
func (p *Publisher) Version(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (Version, error) {
	return p.Store.Version(ctx, tenant, action, number)
}

// Versions lists an action's versions, newest first, without files and bundles.
func (p *Publisher) Versions(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, page catalog.Page) (catalog.List[Version], error) {
	return p.Store.Versions(ctx, tenant, action, page.Clamp())
}

// Trial is a draft to be tried out.
type Trial struct {
	Trigger contract.TriggerID // default: the draft's only trigger
	// Event is the body of an execute call.
	Event  json.RawMessage
	Config json.RawMessage
}

// TrialResult is how a draft ran.
type TrialResult struct {
	Outcome   runtime.Outcome
	Execution runtime.Execution
	State     json.RawMessage
	Warnings  []bundler.Diagnostic
}

// trialVersion stands for the version of a draft in its input.
const trialVersion = "0.0.0-draft"

// Try runs an action's draft on an event, in the same sandbox and under the same limits as a version, with a cache and counters that versions do not see. Nothing is stored. Errors are as for Publish, and contract's for the event.
func (p *Publisher) Try(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug, trial Trial) (TrialResult, error) {
	action, err := p.Catalog.Action(ctx, tenant, slug)
	if err != nil {
		return TrialResult{}, fmt.Errorf("run the draft of %s: %w", slug, err)
	}
	if action.Kind == catalog.ActionModule {
		return TrialResult{}, invalid("", "a shared module does not run by itself: run an action that imports it")
	}
	draft, err := p.Catalog.Draft(ctx, tenant, slug)
	if err != nil {
		return TrialResult{}, fmt.Errorf("run the draft of %s: %w", slug, err)
	}
	if trial.Trigger == "" && len(draft.Triggers) == 1 {
		trial.Trigger = draft.Triggers[0]
	}
	trigger, ok := contract.Lookup(trial.Trigger)
	if !ok {
		return TrialResult{}, invalid("/trigger", "name the trigger to run at; there is none called %q", clip(string(trial.Trigger), 80))
	}
	if len(trial.Event) == 0 {
		trial.Event = json.RawMessage("{}")
	}
	event, err := contract.DecodeCall(trial.Event, trigger)
	if err != nil {
		return TrialResult{}, eventErrors(err)
	}
	config, err := p.Schemas.Apply(ctx, tenant, draft.ConfigSchema, trial.Config)
	if err != nil {
		return TrialResult{}, below("/config", err)
	}
	source, err := p.source(ctx, tenant, &draft)
	if err != nil {
		return TrialResult{}, err
	}
	bundle, err := p.bundle(ctx, tenant, source, draft.Lock)
	if err != nil {
		return TrialResult{}, err
	}
	progress.Report(ctx, progress.Step{Stage: progress.Run})
	var resume *runtime.Resumption
	if event.Resume != nil {
		resume = &runtime.Resumption{Asked: 1} // the only step
	}
	answer, err := p.Engine.Run(ctx, &runtime.Call{
		Resume: resume, Tenant: string(tenant), Trigger: trigger, Event: event, Flow: string(trigger.Flow), Run: "draft", Draft: true, RunStarted: p.now(), IdempotencyKey: rand.Text(),
		Steps: []runtime.Step{{
			Attachment: string(slug), Action: string(slug), Version: trialVersion, Program: newProgram(bundle.Script, bundle.SourceMap), Config: runtime.NewConfig(config),
			Secrets: draft.Secrets, Hosts: draft.Hosts, OnFailure: runtime.Block,
		}},
	})
	if err != nil {
		return TrialResult{}, fmt.Errorf("run the draft of %s: %w", slug, err)
	}
	return TrialResult{Outcome: answer.Outcome, Execution: answer.Executions[0], State: answer.State, Warnings: slices.Concat(bundle.Warnings, undeclared(&draft, source.Files, &bundle.Capabilities))}, nil
}

// eventErrors puts the pointers of an event's errors where the event stands in the body of a trial.
func eventErrors(err error) error {
	var fields contract.FieldErrors
	if !errors.As(err, &fields) {
		return err
	}
	list := make(catalog.InvalidErrors, len(fields))
	for i, f := range fields {
		list[i] = &catalog.InvalidError{Pointer: "/event" + f.Pointer, Detail: f.Detail}
	}
	return list
}
