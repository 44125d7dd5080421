package catalog

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/seal"
)

// Bounds of a tenant's secrets.
const (
	MaxTenantSecrets = MaxLimit
	MaxSecretBytes   = 16 << 10
)

// Secret is a secret of a tenant as it is stored: its value is sealed.
type Secret struct {
	Tenant TenantID
	Name   string
	// Brokered says that the value never enters an action's code: the server puts it into the action's requests.
	Brokered bool
	// Hosts are where a brokered secret may be sent to, as in [Egress]. It has one at least: a user can type a reference too, and whoever gets what users type would get the secret.
	Hosts     []string
	Sealed    []byte
	UpdatedAt time.Time
	UpdatedBy audit.Actor
}

// NewSecret is a secret to be set.
type NewSecret struct {
	Name     string
	Value    string
	Brokered bool
	Hosts    []string
}

// OpenSecret is a secret with its value.
type OpenSecret struct {
	Secret
	Value string
}

// SetSecret sets a secret, over the one of its name if there is one. Errors: [seal.ErrNoKey] if the server cannot seal, ErrNotFound if there is no such tenant.
func (c *Catalog) SetSecret(ctx context.Context, by audit.Actor, tenant TenantID, n NewSecret) (Secret, error) {
	if err := n.check(); err != nil {
		return Secret{}, err
	}
	s := Secret{Tenant: tenant, Name: n.Name, Brokered: n.Brokered, Hosts: sorted(n.Hosts), UpdatedAt: c.now().UTC(), UpdatedBy: by}
	var err error
	if s.Sealed, err = c.seal.Seal(s.place(), []byte(n.Value)); err != nil {
		return Secret{}, fmt.Errorf("set secret %s: %w", n.Name, err)
	}
	event := c.event(by, audit.SecretSet, tenant)
	event.Subject, event.After = s.Name, describe(s.shown())
	before, err := c.store.Secret(ctx, tenant, n.Name)
	switch {
	case err == nil:
		event.Before = describe(before.shown())
	case errors.Is(err, ErrNotFound):
		err = c.checkRoom(ctx, tenant)
	}
	if err == nil {
		err = c.store.PutSecret(ctx, s, event)
	}
	if err != nil {
		return Secret{}, fmt.Errorf("set secret %s: %w", n.Name, err)
	}
	return s, nil
}

func (n *NewSecret) check() error {
	var list InvalidErrors
	if !secretPattern.MatchString(n.Name) {
		list.add("", "%q is not a secret's name: use letters, digits and underscores, at most 64", clip(n.Name, 80))
	}
	if n.Value == "" || len(n.Value) > MaxSecretBytes {
		list.add("/value", "a secret has 1 to %d bytes", MaxSecretBytes)
	}
	if len(n.Hosts) > 0 && !n.Brokered {
		list.add("/hosts", "hosts are for brokered secrets: any other is in the hands of the action, which may send it anywhere")
	}
	if len(n.Hosts) == 0 && n.Brokered {
		list.add("/hosts", "a brokered secret names the hosts that it may be sent to, for example api.example.com")
	}
	checkHosts("/hosts", n.Hosts, list.add, anyHost)
	if len(list) > 0 {
		return list
	}
	return nil
}

// checkRoom refuses a secret too many. Two that are set at once may both find room; the bound is there to keep a tenant from filling the memory, not to be exact.
func (c *Catalog) checkRoom(ctx context.Context, tenant TenantID) error {
	list, err := c.store.Secrets(ctx, tenant, Page{Limit: MaxTenantSecrets})
	if err == nil && len(list.Items) == MaxTenantSecrets {
		return invalid("", "a tenant has at most %d secrets", MaxTenantSecrets)
	}
	return err
}

// Secrets lists a tenant's secrets.
func (c *Catalog) Secrets(ctx context.Context, tenant TenantID, page Page) (List[Secret], error) {
	return c.store.Secrets(ctx, tenant, page.Clamp())
}

// DeleteSecret deletes a secret and returns what it was.
func (c *Catalog) DeleteSecret(ctx context.Context, by audit.Actor, tenant TenantID, name string) (Secret, error) {
	s, err := c.store.Secret(ctx, tenant, name)
	if err == nil {
		event := c.event(by, audit.SecretDeleted, tenant)
		event.Subject, event.Before = name, describe(s.shown())
		err = c.store.DeleteSecret(ctx, tenant, name, event)
	}
	if err != nil {
		return Secret{}, fmt.Errorf("delete secret %s: %w", clip(name, 80), err)
	}
	return s, nil
}

// OpenSecrets returns all of a tenant's secrets with their values.
func (c *Catalog) OpenSecrets(ctx context.Context, tenant TenantID) ([]OpenSecret, error) {
	var open []OpenSecret
	for page := (Page{Limit: MaxLimit}); ; {
		list, err := c.store.Secrets(ctx, tenant, page)
		if err != nil {
			return nil, err
		}
		for _, s := range list.Items {
			value, err := c.seal.Open(s.place(), s.Sealed)
			if err != nil {
				return nil, fmt.Errorf("secret %s of tenant %s: %w", s.Name, tenant, err)
			}
			open = append(open, OpenSecret{Secret: s, Value: string(value)})
		}
		if page.After = list.Next; page.After == "" {
			return open, nil
		}
	}
}

// WatchTenants calls changed for every tenant whose secrets, egress policy or limits change from now on, until ctx ends; see [Store].
func (c *Catalog) WatchTenants(ctx context.Context, changed func(TenantID)) {
	c.store.WatchTenants(ctx, changed)
}

func (s *Secret) place() seal.Place {
	return seal.Place{Tenant: string(s.Tenant), Purpose: "secret", Name: s.Name}
}

// shown is what an event tells of a secret.
func (s *Secret) shown() any {
	return struct {
		Brokered bool     `json:"brokered"`
		Hosts    []string `json:"hosts,omitempty"`
	}{s.Brokered, s.Hosts}
}

// sealedPrefix tells a redirect secret that is sealed from one that was stored before the server had a key.
const sealedPrefix = "sealed:"

func redirectPlace(tenant TenantID) seal.Place {
	return seal.Place{Tenant: string(tenant), Purpose: "redirect"}
}

// sealRedirect returns a redirect secret as it is stored: in clear if there is no key.
func (c *Catalog) sealRedirect(tenant TenantID, secret string) (string, error) {
	sealed, err := c.seal.Seal(redirectPlace(tenant), []byte(secret))
	switch {
	case errors.Is(err, seal.ErrNoKey):
		return secret, nil
	case err != nil:
		return "", err
	}
	return sealedPrefix + base64.StdEncoding.EncodeToString(sealed), nil
}

// RedirectSecret returns what signs what a redirect tells its target, which has the secret too. It leaves the server for an admin alone.
func (c *Catalog) RedirectSecret(ctx context.Context, tenant TenantID) (string, error) {
	t, err := c.store.Tenant(ctx, tenant)
	if err != nil {
		return "", err
	}
	secret, _, err := c.openRedirect(&t)
	return secret, err
}

// openRedirect opens a tenant's redirect secret and says whether it is stored as it should be.
func (c *Catalog) openRedirect(t *Tenant) (secret string, current bool, err error) {
	text, ok := strings.CutPrefix(t.RedirectSecret, sealedPrefix)
	if !ok {
		return t.RedirectSecret, c.seal == nil, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", false, fmt.Errorf("redirect secret of tenant %s: %w", t.ID, seal.ErrDamaged)
	}
	value, err := c.seal.Open(redirectPlace(t.ID), sealed)
	if err != nil {
		return "", false, fmt.Errorf("redirect secret of tenant %s: %w", t.ID, err)
	}
	return string(value), c.seal.Current(sealed), nil
}
