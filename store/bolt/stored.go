package bolt

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

// The values in the main file, as JSON. Where the fields are those of the domain type the two are converted into each other, so that a field that is added to
// one and not to the other does not compile. A config schema is kept as text: its author's spelling, which a version's digest covers, must not change.

type storedTenant struct {
	ID        catalog.TenantID `json:"id"`
	Name      string           `json:"name"`
	CreatedAt time.Time        `json:"created_at"`

	RedirectSecret string `json:"redirect_secret"`
}

type storedSecret struct {
	Tenant    catalog.TenantID `json:"tenant"`
	Name      string           `json:"name"`
	Brokered  bool             `json:"brokered,omitempty"`
	Hosts     []string         `json:"hosts,omitempty"`
	Sealed    []byte           `json:"sealed"`
	UpdatedAt time.Time        `json:"updated_at"`
	UpdatedBy audit.Actor      `json:"updated_by"`
}

type storedEgress struct {
	Revision  int         `json:"revision"`
	Hosts     []string    `json:"hosts,omitempty"`
	Methods   []string    `json:"methods,omitempty"`
	Schemes   []string    `json:"schemes,omitempty"`
	UpdatedAt time.Time   `json:"updated_at"`
	UpdatedBy audit.Actor `json:"updated_by"`
}

type storedLimits struct {
	Revision      int            `json:"revision"`
	Limits        catalog.Limits `json:"limits"`
	InternalHosts []string       `json:"internal_hosts,omitempty"`
	UpdatedAt     time.Time      `json:"updated_at"`
	UpdatedBy     audit.Actor    `json:"updated_by"`
}

type storedPublishing struct {
	Revision  int               `json:"revision"`
	TypeCheck catalog.TypeCheck `json:"type_check"`
	UpdatedAt time.Time         `json:"updated_at"`
	UpdatedBy audit.Actor       `json:"updated_by"`
}

type storedKey struct {
	ID        catalog.KeyID    `json:"id"`
	Tenant    catalog.TenantID `json:"tenant"`
	Name      string           `json:"name"`
	Role      catalog.Role     `json:"role"`
	Hash      string           `json:"hash"`
	CreatedAt time.Time        `json:"created_at"`
	CreatedBy audit.Actor      `json:"created_by"`
	RevokedAt time.Time        `json:"revoked_at,omitzero"`
}

func storeKey(k *catalog.Key) storedKey {
	return storedKey{k.ID, k.Tenant, k.Name, k.Role, hex.EncodeToString(k.Hash[:]), k.CreatedAt, k.CreatedBy, k.RevokedAt}
}

func (s *storedKey) key() (catalog.Key, error) {
	k := catalog.Key{
		ID: s.ID, Tenant: s.Tenant, Name: s.Name, Role: s.Role,
		CreatedAt: s.CreatedAt, CreatedBy: s.CreatedBy, RevokedAt: s.RevokedAt,
	}
	hash, err := hex.DecodeString(s.Hash)
	if err != nil || len(hash) != sha256.Size {
		return catalog.Key{}, fmt.Errorf("damaged hash of key %s", s.ID)
	}
	copy(k.Hash[:], hash)
	return k, nil
}

type storedAction struct {
	Tenant      catalog.TenantID   `json:"tenant"`
	Slug        catalog.ActionSlug `json:"slug"`
	Name        string             `json:"name"`
	Description string             `json:"description,omitempty"`
	Kind        catalog.ActionKind `json:"kind"`
	Template    string             `json:"template,omitempty"`
	CreatedAt   time.Time          `json:"created_at"`
	CreatedBy   audit.Actor        `json:"created_by"`
	Latest      string             `json:"latest,omitempty"`
}

type storedDraft struct {
	Revision     int                  `json:"revision"`
	Files        map[string]string    `json:"files"`
	Entry        string               `json:"entry,omitempty"`
	Triggers     []contract.TriggerID `json:"triggers,omitempty"`
	ConfigSchema string               `json:"config_schema,omitempty"`
	Secrets      []string             `json:"secrets,omitempty"`
	Hosts        []string             `json:"hosts,omitempty"`
	Dependencies map[string]string    `json:"dependencies,omitempty"`
	Lock         string               `json:"lock,omitempty"`
	Origin       catalog.Origin       `json:"origin,omitzero"`
	UpdatedAt    time.Time            `json:"updated_at"`
	UpdatedBy    audit.Actor          `json:"updated_by"`
}

func storeDraft(d *catalog.Draft) storedDraft {
	return storedDraft{d.Revision, d.Files, d.Entry, d.Triggers, string(d.ConfigSchema), d.Secrets, d.Hosts, d.Dependencies, string(d.Lock), d.Origin, d.UpdatedAt, d.UpdatedBy}
}

func (s *storedDraft) draft() catalog.Draft {
	return catalog.Draft{
		Revision: s.Revision, Files: s.Files, Entry: s.Entry, Triggers: s.Triggers, ConfigSchema: rawJSON(s.ConfigSchema),
		Secrets: s.Secrets, Hosts: s.Hosts, Dependencies: s.Dependencies, Lock: rawJSON(s.Lock), Origin: s.Origin, UpdatedAt: s.UpdatedAt, UpdatedBy: s.UpdatedBy,
	}
}

func rawJSON(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// storedVersion is a version without its blobs.
type storedVersion struct {
	Tenant       catalog.TenantID     `json:"tenant"`
	Action       catalog.ActionSlug   `json:"action"`
	Number       string               `json:"number"`
	Entry        string               `json:"entry"`
	Triggers     []contract.TriggerID `json:"triggers,omitempty"`
	ConfigSchema string               `json:"config_schema,omitempty"`
	Secrets      []string             `json:"secrets,omitempty"`
	Hosts        []string             `json:"hosts,omitempty"`
	Modules      []versions.ModulePin `json:"modules,omitempty"`
	Bundler      string               `json:"bundler"`
	Code         *capability.Code     `json:"code,omitempty"`
	Digest       string               `json:"digest"`
	Message      string               `json:"message,omitempty"`
	PublishedAt  time.Time            `json:"published_at"`
	PublishedBy  audit.Actor          `json:"published_by"`
	Recall       *versions.Recall     `json:"recall,omitempty"`

	Deprecation *versions.Deprecation `json:"deprecation,omitempty"`
}

func storeVersion(v *versions.Version) storedVersion {
	return storedVersion{
		v.Tenant, v.Action, v.Number, v.Entry, v.Triggers, string(v.ConfigSchema), v.Secrets, v.Hosts,
		v.Modules, v.Bundler, v.Code, v.Digest, v.Message, v.PublishedAt, v.PublishedBy, v.Recall, v.Deprecation,
	}
}

func (s *storedVersion) version() versions.Version {
	return versions.Version{
		Tenant: s.Tenant, Action: s.Action, Number: s.Number, Entry: s.Entry, Triggers: s.Triggers, ConfigSchema: rawJSON(s.ConfigSchema),
		Secrets: s.Secrets, Hosts: s.Hosts, Modules: s.Modules, Bundler: s.Bundler, Code: s.Code, Digest: s.Digest, Message: s.Message, PublishedAt: s.PublishedAt, PublishedBy: s.PublishedBy, Recall: s.Recall, Deprecation: s.Deprecation,
	}
}

type storedFlow struct {
	Tenant    catalog.TenantID  `json:"tenant"`
	Slug      versions.FlowSlug `json:"slug"`
	Kind      contract.FlowKind `json:"kind"`
	Name      string            `json:"name"`
	CreatedAt time.Time         `json:"created_at"`
	CreatedBy audit.Actor       `json:"created_by"`
	Revision  int               `json:"revision"`
	Latest    int               `json:"latest,omitempty"`
	Previous  int               `json:"previous,omitempty"`
	Edition   int               `json:"edition,omitempty"`
	Rollout   *rollout.Rollout  `json:"rollout,omitempty"`
	Notice    *versions.Notice  `json:"notice,omitempty"`
	Freezes   []versions.Freeze `json:"freezes,omitempty"`
}

// flow is the flow as it is used. One that was stored before format 7 says nothing of its latest and previous revision: each was made live in its turn then.
func (s storedFlow) flow() versions.Flow {
	if s.Latest == 0 {
		s.Latest, s.Previous = s.Revision, max(s.Revision-1, 0)
	}
	return versions.Flow(s)
}

type storedRevision struct {
	Tenant  catalog.TenantID                    `json:"tenant"`
	Flow    versions.FlowSlug                   `json:"flow"`
	Number  int                                 `json:"number"`
	Slots   map[contract.SlotName]versions.Slot `json:"slots"`
	Message string                              `json:"message,omitempty"`
	SavedAt time.Time                           `json:"saved_at"`
	SavedBy audit.Actor                         `json:"saved_by"`
	Recall  *versions.Recall                    `json:"recall,omitempty"`
}
