// Package contract is the one contract between a login flow, Durward and an action: which triggers there are, what an action sees at
// each, and what it may answer.
//
// It is data: a table of triggers and the shapes of input and outcome. The checking of calls, the TypeScript declarations that authors
// see, the API's list of triggers and the OpenAPI schemas are derived from it, so that they cannot disagree.
package contract

// TriggerID names a trigger point: "<flow kind>.<slot>", for example "login.after".
type TriggerID string

// FlowKind is an authentication event that the product knows, for example "login".
type FlowKind string

// SlotName names a trigger point within a flow, for example "after".
type SlotName string

// Method is an authentication method, as the per-method lists of a slot name it.
type Method string

// Kind is what an action answers.
type Kind string

// The kinds of outcome, weakest first.
const (
	Continue  Kind = "continue"
	DemandMFA Kind = "demand_mfa"
	Redirect  Kind = "redirect"
	Block     Kind = "block"
)
