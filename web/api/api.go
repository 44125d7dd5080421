// Package api is what goes over the wire of Durward's HTTP API: the bodies of requests and answers, as JSON in snake_case.
//
// The types stand apart from the domain's, so that neither holds back the other, and the package imports nothing but the standard library, so that
// a client may use it alone. The OpenAPI document is made from them: the tag doc describes a member, the tag enum names the set of words that it
// may hold. A member tagged omitempty or omitzero may be absent; every other one of an answer is always there.
package api

// List is a page of entries.
type List[T any] struct {
	Items []T    `json:"items" doc:"The entries of this page."`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page, for the query parameter after; absent on the last page."`
}

// Actor is who made an edit.
type Actor struct {
	Key    string `json:"key,omitempty" doc:"The id of the key that was used; absent for a person and the operator."`
	Person string `json:"person,omitempty" doc:"The id of the person who was signed in; absent if a key was used."`
	Name   string `json:"name" doc:"The name of the key or the person."`
	Role   string `json:"role" enum:"actor_role" doc:"The role of the key or the person."`
}
