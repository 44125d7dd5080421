package catalog

import "time"

// TenantID names a tenant. It is a slug, chosen by the operator, and appears in every path and record.
type TenantID string

// Tenant is the owner of everything else. Nothing is visible across tenants.
type Tenant struct {
	ID        TenantID
	Name      string
	CreatedAt time.Time
	// RedirectSecret is, as it is stored, what signs what a redirect tells its target; [Catalog.RedirectSecret] opens it.
	RedirectSecret string
}
