package api

import "time"

// NewSecret is the body of PUT /v1/tenants/{tenant}/secrets/{secret}.
type NewSecret struct {
	Value    string   `json:"value" doc:"What is secret, 1 to 16384 bytes. No answer of the API ever has it."`
	Brokered bool     `json:"brokered,omitzero" doc:"The value never enters an action's code: the action has secret://NAME in its place, which the server replaces in the action's requests."`
	Hosts    []string `json:"hosts,omitempty" doc:"Where a brokered secret may be sent to, as api.example.com or *.example.com, a :port may follow. A brokered secret needs one at least."`
}

// Secret is a secret without its value.
type Secret struct {
	Name      string    `json:"name" doc:"Names the secret within its tenant."`
	Brokered  bool      `json:"brokered" doc:"Whether the value never enters an action's code."`
	Hosts     []string  `json:"hosts,omitempty" doc:"Where a brokered secret may be sent to; absent for any other."`
	UpdatedAt time.Time `json:"updated_at" doc:"When it was set."`
	UpdatedBy Actor     `json:"updated_by" doc:"Who set it."`
}

// Egress is where a tenant's actions may send requests.
type Egress struct {
	Revision  int       `json:"revision" doc:"Counts the saves; 0 before the first."`
	Hosts     []string  `json:"hosts" doc:"The hosts that are allowed, as api.example.com or *.example.com (one label or more), a :port may follow; empty: every public host."`
	Methods   []string  `json:"methods" enum:"request_method" doc:"The methods that are allowed; empty: all."`
	Schemes   []string  `json:"schemes" enum:"request_scheme" doc:"The schemes that are allowed; empty: both."`
	UpdatedAt time.Time `json:"updated_at,omitzero" doc:"When it was saved; absent before the first save."`
	UpdatedBy *Actor    `json:"updated_by,omitempty" doc:"Who saved it."`
}

// EgressChange is the body of PUT /v1/tenants/{tenant}/egress. It takes the place of the whole policy.
type EgressChange struct {
	Revision *int     `json:"revision,omitempty" doc:"The revision that the change was made from; 409 if it is no longer the newest. Default: not checked."`
	Hosts    []string `json:"hosts,omitempty" doc:"The hosts that are allowed; absent or empty: every public host."`
	Methods  []string `json:"methods,omitempty" enum:"request_method" doc:"The methods that are allowed; absent or empty: all."`
	Schemes  []string `json:"schemes,omitempty" enum:"request_scheme" doc:"The schemes that are allowed; absent or empty: both."`
}

// TenantLimits are the most that one execution of a tenant may have. A limit that is absent is the server's own maximum.
type TenantLimits struct {
	Revision int `json:"revision" doc:"Counts the saves; 0 before the first."`
	WallMS   int `json:"wall_ms,omitzero" doc:"Milliseconds from start to end."`
	Limits
	InternalHosts []string  `json:"internal_hosts" doc:"Targets that the tenant's actions reach although their addresses are not public, as host:port."`
	UpdatedAt     time.Time `json:"updated_at,omitzero" doc:"When they were saved; absent before the first save."`
	UpdatedBy     *Actor    `json:"updated_by,omitempty" doc:"Who saved them."`
}

// LimitsChange is the body of PUT /v1/tenants/{tenant}/limits. It takes the place of all limits.
type LimitsChange struct {
	Revision *int `json:"revision,omitempty" doc:"The revision that the change was made from; 409 if it is no longer the newest. Default: not checked."`
	WallMS   int  `json:"wall_ms,omitzero" doc:"Milliseconds from start to end."`
	Limits
	InternalHosts []string `json:"internal_hosts,omitempty" doc:"Targets that the tenant's actions reach although their addresses are not public, as host:port."`
}
