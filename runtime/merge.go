package runtime

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/durward/durward/catalog/contract"
)

// strength orders the kinds: the answer of a chain is the strongest that any of its actions gave.
func strength(k contract.Kind) int {
	switch k {
	case contract.Block:
		return 3
	case contract.Redirect:
		return 2
	case contract.DemandMFA:
		return 1
	}
	return 0
}

// merge takes the outcome of the next action into what the actions before it answered. It changes o alone: maps and slices of next may be shared afterwards, and so
// o makes its own when it first adds to one.
func (o *Outcome) merge(next *Outcome) {
	switch {
	case strength(next.Kind) > strength(o.Kind):
		o.decide(next)
	case next.Kind == contract.DemandMFA && o.Kind == contract.DemandMFA:
		o.Factors = both(o.Factors, next.Factors)
		o.Enrol = o.Enrol || next.Enrol
	}
	o.Claims.IDToken.add(next.Claims.IDToken)
	o.Claims.AccessToken.add(next.Claims.AccessToken)
	o.Scopes.merge(next.Scopes)
	o.User.Traits.add(next.User.Traits)
	o.User.UserMetadata.add(next.User.UserMetadata)
	o.User.AppMetadata.add(next.User.AppMetadata)
	o.Session.merge(next.Session)
	o.SAML.Attributes.add(next.SAML.Attributes)
	o.State.add(next.State)
	for _, d := range next.Directives {
		if !slices.ContainsFunc(o.Directives, func(have json.RawMessage) bool { return bytes.Equal(have, d) }) {
			o.Directives = append(o.Directives, d)
		}
	}
}

// decide takes over what belongs to the kind of a stronger outcome.
func (o *Outcome) decide(next *Outcome) {
	o.Kind, o.Reason = next.Kind, next.Reason
	o.Code, o.Message, o.Field = next.Code, next.Message, next.Field
	o.Factors, o.Enrol = next.Factors, next.Enrol
	o.URL, o.Params, o.Token = next.URL, next.Params, next.Token
}

// finish drops what a block does not keep: it changes the user, the state and what is revoked, and nothing else.
func (o *Outcome) finish() {
	if o.Kind != contract.Block {
		return
	}
	o.Claims, o.Scopes, o.Session, o.SAML = Claims{}, Scopes{}, Session{}, SAML{}
	o.Directives = slices.DeleteFunc(o.Directives, func(d json.RawMessage) bool { return !revokes(d) })
}

func revokes(directive json.RawMessage) bool {
	var head struct {
		Type string `json:"type"`
	}
	return json.Unmarshal(directive, &head) == nil && len(head.Type) > 7 && head.Type[:7] == "revoke_"
}

// both is what two demands for a factor agree on, in the first one's order. No list means any factor. Where the lists have nothing in common the first one stays: a later action
// can narrow a demand, but not put a weaker factor in its place.
func both(first, second []string) []string {
	if len(first) == 0 || len(second) == 0 {
		return append(first, second...)
	}
	var common []string
	for _, factor := range first {
		if slices.Contains(second, factor) {
			common = append(common, factor)
		}
	}
	if len(common) == 0 {
		return first
	}
	return common
}

func (o *Object) add(next Object) {
	if len(next) == 0 {
		return
	}
	if *o == nil {
		*o = make(Object, len(next))
	}
	for name, value := range next {
		(*o)[name] = value
	}
}

// merge lets the later action win: what it adds is no longer removed, and the other way round.
func (s *Scopes) merge(next Scopes) {
	s.Add, s.Remove = combine(s.Add, s.Remove, next.Add, next.Remove)
}

func combine(add, remove, nextAdd, nextRemove []string) ([]string, []string) {
	drop := func(list, gone []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
	}
	union := func(list, more []string) []string {
		for _, s := range more {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
		return list
	}
	if len(nextAdd) == 0 && len(nextRemove) == 0 {
		return add, remove
	}
	return drop(union(drop(add, nextRemove), nextAdd), nextRemove), union(drop(remove, nextAdd), nextRemove)
}

func (s *Session) merge(next Session) {
	s.Metadata.add(next.Metadata)
	for _, field := range []struct {
		to   *string
		from string
	}{{&s.ExpiresAt, next.ExpiresAt}, {&s.IdleExpiresAt, next.IdleExpiresAt}, {&s.Cookie, next.Cookie}} {
		if field.from != "" {
			*field.to = field.from
		}
	}
}

// mergeState applies an outcome's state to the run's: null deletes a key.
func mergeState(state json.RawMessage, changes Object) json.RawMessage {
	if len(changes) == 0 {
		return state
	}
	var members Object
	if len(state) > 0 {
		if err := json.Unmarshal(state, &members); err != nil {
			return state // it was checked when it came in
		}
	}
	if members == nil {
		members = Object{}
	}
	for name, value := range changes {
		if string(value) == "null" {
			delete(members, name)
		} else {
			members[name] = value
		}
	}
	merged, err := json.Marshal(members)
	if err != nil {
		return state
	}
	return merged
}
