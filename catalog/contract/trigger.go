package contract

import "slices"

// Trigger is a point in a login system's flows at which it asks Durward. Its ID is always its flow kind, a dot and its slot.
type Trigger struct {
	ID   TriggerID
	Flow FlowKind
	Slot SlotName
	// When is a phrase for people: the moment at which the login system calls.
	When string
	// Async says that nobody waits for the answer: the call is stored, answered at once, and run at least once.
	Async bool
	// Answers are the kinds of outcome that an action may give here, weakest first. Anything else is an error of the action.
	// The slice is shared by everything that [Lookup] returns: it must not be changed.
	Answers []Kind
	// PerMethod says that the slot may have a list for an authentication method, which then runs instead of the default list.
	PerMethod bool
	// FailClosed says that a failure blocks, whatever an attachment's policy says, and must look to the user like a bad credential.
	FailClosed bool
	// User says how much is known about the user at this point.
	User Knowledge
	// Equivalents are the names of the same point in other systems. Like Answers, its slices must not be changed.
	Equivalents Equivalents
}

// Allows reports whether an action may answer k here.
func (t Trigger) Allows(k Kind) bool { return slices.Contains(t.Answers, k) }

// sendsAway reports whether an action may send the user away here, and so go on when they are back.
func (t Trigger) sendsAway() bool { return t.Allows(Redirect) || t.Allows(DemandMFA) }

// Knowledge is how much a login system knows about the user when it calls.
type Knowledge int

// The degrees of knowledge.
const (
	// UserNone: there is no user, and a call that names one is refused.
	UserNone Knowledge = iota
	// UserPossible: the user may be absent; every member is optional.
	UserPossible
	// UserClaimed: somebody who says who they are, or who they want to be. The user is present, every member is optional.
	UserClaimed
	// UserKnown: the user is present and has an id and an e-mail address (empty if there is none).
	UserKnown
)

// Equivalents are a trigger's names in other systems; an empty list means that the system has no such point.
type Equivalents struct {
	Ory         []string
	Auth0       []string
	Intelliauth []string
}

// Triggers returns all triggers, flow kind by flow kind, each in the order in which a user passes them. The result is the caller's.
func Triggers() []Trigger { return clone(triggers) }

// Lookup returns the trigger with that id, and whether there is one. It does not allocate.
func Lookup(id TriggerID) (Trigger, bool) {
	i, ok := triggerIndex[id]
	if !ok {
		return Trigger{}, false
	}
	return triggers[i], true
}

// FlowKinds returns the kinds of flow in the order of the table.
func FlowKinds() []FlowKind {
	var kinds []FlowKind
	for _, t := range triggers {
		if !slices.Contains(kinds, t.Flow) {
			kinds = append(kinds, t.Flow)
		}
	}
	return kinds
}

// SlotsOf returns the triggers of a flow kind in the order in which a user passes them, nil for a kind that does not exist.
func SlotsOf(kind FlowKind) []Trigger {
	var slots []Trigger
	for _, t := range triggers {
		if t.Flow == kind {
			slots = append(slots, t)
		}
	}
	return clone(slots)
}

// Methods returns the authentication methods that a slot can have lists for.
func Methods() []Method {
	return []Method{"password", "oidc", "saml", "totp", "webauthn", "passkey", "lookup_secret", "code", "link", "sms", "push", "profile"}
}

// Kinds returns the kinds of outcome, weakest first.
func Kinds() []Kind { return []Kind{Continue, DemandMFA, Redirect, Block} }

func clone(ts []Trigger) []Trigger {
	ts = slices.Clone(ts)
	for i := range ts {
		ts[i].Answers = slices.Clone(ts[i].Answers)
		e := &ts[i].Equivalents
		e.Ory, e.Auth0, e.Intelliauth = slices.Clone(e.Ory), slices.Clone(e.Auth0), slices.Clone(e.Intelliauth)
	}
	return ts
}
