package api

import "encoding/json"

// Call is the body of POST /v1/tenants/{tenant}/flows/{flow}/slots/{slot}/execute. Each section is an object: a map, a struct, or JSON. What the sections
// hold is in the contract, and in the OpenAPI document as the schema Call, which is not made from this type.
type Call struct {
	Run     string `json:"run,omitempty"`    // as the run's last answer gave it; empty starts a run
	Method  string `json:"method,omitempty"` // the authentication method in use
	User    any    `json:"user,omitempty"`
	Request any    `json:"request,omitempty"`
	State   any    `json:"state,omitempty"` // as the run's last answer gave it
	Context any    `json:"context,omitempty"`
	Resume  any    `json:"resume,omitempty"` // goes on behind a redirect or a second factor; an object, maybe empty
}

// Object is a JSON object whose members are kept as they were written.
type Object = map[string]json.RawMessage

// Answer is the decision of a slot. Which members it has depends on the kind.
type Answer struct {
	Run  string `json:"run" doc:"Seals the sign-in to this revision: send it with the next call of the same sign-in."`
	Kind string `json:"kind" enum:"kind" doc:"What the login system is to do."`

	Code    string `json:"code,omitempty" doc:"block: a word for machines."`
	Message string `json:"message,omitempty" doc:"block: a sentence for the user."`
	Field   string `json:"field,omitempty" doc:"block: JSON pointer of the form field at fault."`

	Factors []string `json:"factors,omitempty" doc:"demand_mfa: the factors to ask for, in order of preference; absent: any that the user has."`
	Enrol   bool     `json:"enrol,omitzero" doc:"demand_mfa: let the user enrol a factor if there is none."`

	URL    string            `json:"url,omitempty" doc:"redirect: where to."`
	Params map[string]string `json:"params,omitempty" doc:"redirect: query parameters to add."`
	Token  string            `json:"token,omitempty" doc:"redirect: what the action tells the target, as a JWT signed (HS256) with the tenant's redirect secret. Send it along."`

	Claims     Claims            `json:"claims,omitzero" doc:"Claims to add to tokens."`
	Scopes     Scopes            `json:"scopes,omitzero" doc:"Scopes to add to or take from a token."`
	User       UserChange        `json:"user,omitzero" doc:"Changes to the user, by key; null deletes a key."`
	Session    SessionChange     `json:"session,omitzero" doc:"Changes to the session."`
	SAML       SAML              `json:"saml,omitzero" doc:"Changes to the SAML assertion."`
	State      json.RawMessage   `json:"state" schema:"object" doc:"The run's state after this call: send it with the next call of the same sign-in."`
	Directives []json.RawMessage `json:"directives,omitempty" schema:"directive" doc:"What else to do."`

	Delivery string `json:"delivery,omitempty" doc:"Asynchronous triggers: the id under which the call was accepted. What it does will be in the audit of executions."`

	Flow    FlowAt     `json:"flow" doc:"What decided."`
	Actions []Executed `json:"actions" doc:"The actions that ran or were skipped, in order."`

	// Replayed says that this is what a call with the same idempotency key was answered before. It is a header of the answer: Idempotent-Replayed.
	Replayed bool `json:"-"`
}

// Claims are added to tokens.
type Claims struct {
	IDToken     Object `json:"id_token,omitempty" doc:"Of the ID token."`
	AccessToken Object `json:"access_token,omitempty" doc:"Of the access token."`
}

// Scopes are added to or taken from a token.
type Scopes struct {
	Add    []string `json:"add,omitempty" doc:"To add."`
	Remove []string `json:"remove,omitempty" doc:"To take away."`
}

// UserChange is changes to the user, by key; null deletes a key.
type UserChange struct {
	Traits       Object `json:"traits,omitempty" doc:"Of the traits."`
	UserMetadata Object `json:"user_metadata,omitempty" doc:"Of the metadata that the user may see."`
	AppMetadata  Object `json:"app_metadata,omitempty" doc:"Of the metadata that the user may not see."`
}

// SessionChange is changes to the session.
type SessionChange struct {
	Metadata      Object `json:"metadata,omitempty" doc:"To keep with the session."`
	ExpiresAt     string `json:"expires_at,omitempty" doc:"When it ends, as RFC 3339."`
	IdleExpiresAt string `json:"idle_expires_at,omitempty" doc:"When it ends if it is not used, as RFC 3339."`
	Cookie        string `json:"cookie,omitempty" doc:"How its cookie lives."`
}

// SAML is changes to the SAML assertion.
type SAML struct {
	Attributes Object `json:"attributes,omitempty" doc:"Attributes to add."`
}

// FlowAt is a flow at a revision.
type FlowAt struct {
	Slug     string `json:"slug" doc:"The flow's slug."`
	Revision int    `json:"revision" doc:"The number of the revision that decided."`
	Cohort   string `json:"cohort,omitempty" enum:"cohort" doc:"The run's part in a rollout; absent if it began while there was none."`
	Recalled int    `json:"recalled,omitzero" doc:"The revision that the run was sealed to, if that was recalled and another one has decided."`
}

// Executed is an action that ran for an [Answer], or was skipped.
type Executed struct {
	Slug       string `json:"slug" doc:"The action's slug."`
	Version    string `json:"version" doc:"The version that ran."`
	Skipped    bool   `json:"skipped,omitzero" doc:"Whether it did not run, because the condition of its attachment is false."`
	Resumed    bool   `json:"resumed,omitzero" doc:"Whether it went on where it had sent the user away."`
	Kind       string `json:"kind,omitempty" enum:"kind" doc:"What it answered; absent if it failed or was skipped."`
	Failure    string `json:"failure,omitempty" enum:"failure" doc:"How it failed; what it said is in the audit of executions."`
	DurationUS int64  `json:"duration_us" doc:"Microseconds of wall-clock time, waiting for a worker included."`
}
