package api

import "time"

// NewTenant is the body of POST /v1/tenants.
type NewTenant struct {
	ID   string `json:"id" doc:"A slug, at most 63 characters. It never changes."`
	Name string `json:"name,omitempty" doc:"What people call the tenant. Default: the id."`
}

// Tenant is the owner of everything else.
type Tenant struct {
	ID        string    `json:"id" doc:"The tenant's slug."`
	Name      string    `json:"name" doc:"What people call the tenant."`
	CreatedAt time.Time `json:"created_at" doc:"When it was created."`
}

// RedirectSecret is what the targets of a tenant's redirects verify tokens with.
type RedirectSecret struct {
	Secret string `json:"secret" doc:"The key of the HMAC-SHA256, as it is: 52 characters of ASCII."`
}

// NewKey is the body of POST /v1/tenants/{tenant}/keys.
type NewKey struct {
	Name string `json:"name" doc:"What the key is for."`
	Role string `json:"role" enum:"role" doc:"What the holder may do."`
}

// Key is an API key without its secret.
type Key struct {
	ID        string    `json:"id" doc:"Names the key; it is no secret."`
	Name      string    `json:"name" doc:"What the key is for."`
	Role      string    `json:"role" enum:"role" doc:"What the holder may do."`
	CreatedAt time.Time `json:"created_at" doc:"When it was created."`
	CreatedBy Actor     `json:"created_by" doc:"Who created it."`
	RevokedAt time.Time `json:"revoked_at,omitzero" doc:"When it was revoked; absent while it works."`
}

// CreatedKey is the answer to NewKey, the only one that has the secret.
type CreatedKey struct {
	Key
	Secret string `json:"secret" doc:"What goes into Authorization: Bearer. It is shown here and never again."`
}
