package contract

import "strings"

// The sets of answers in use, weakest first.
var (
	anyAnswer    = []Kind{Continue, DemandMFA, Redirect, Block}
	noMFA        = []Kind{Continue, Redirect, Block}
	passOrBlock  = []Kind{Continue, Block}
	passOrGo     = []Kind{Continue, Redirect}
	onlyContinue = []Kind{Continue}
)

// triggers is the one table of triggers. The flow kind is the part of a trigger's id before the dot: password, token, mfa and message
// are kinds of their own, not slots of the flow that happens to lead to them, because a password is changed by recovery, by settings
// and by an operator, and a tenant wants one list for all three.
var triggers = complete([]Trigger{
	{
		ID: "login.before", When: "the login flow starts",
		Answers: noMFA, User: UserPossible,
		Equivalents: Equivalents{Ory: []string{"before login"}, Intelliauth: []string{"Pre-Login"}},
	},
	{
		ID: "login.identified", When: "the identifier is known, nothing is proven yet",
		Answers: noMFA, User: UserClaimed,
		Equivalents: Equivalents{Auth0: []string{"login-post-identifier"}, Intelliauth: []string{"login.pre-credential-check"}},
	},
	{
		ID: "login.credential-checked", When: "a credential was checked and found valid or not",
		Answers: passOrBlock, User: UserClaimed, FailClosed: true,
		Equivalents: Equivalents{Auth0: []string{"post-credential-validation"}},
	},
	{
		ID: "login.after", When: "the user is authenticated, before session and token are issued",
		Answers: anyAnswer, User: UserKnown, PerMethod: true,
		Equivalents: Equivalents{Ory: []string{"after login"}, Auth0: []string{"post-login"}, Intelliauth: []string{"Post-Auth", "Post-Login"}},
	},
	{
		ID: "registration.before", When: "the registration flow starts",
		Answers: noMFA, User: UserPossible,
		Equivalents: Equivalents{Ory: []string{"before registration"}},
	},
	{
		ID: "registration.identified", When: "the identifier was entered",
		Answers: noMFA, User: UserClaimed,
		Equivalents: Equivalents{Auth0: []string{"signup-post-identifier"}},
	},
	{
		ID: "registration.submitted", When: "the form is valid, before the user is created",
		Answers: noMFA, User: UserClaimed,
		Equivalents: Equivalents{
			Ory:         []string{"after registration (parse, can_interrupt)"},
			Auth0:       []string{"pre-user-registration"},
			Intelliauth: []string{"registration.pre-create"},
		},
	},
	{
		ID: "registration.after", When: "the user is created, before the session",
		Answers: anyAnswer, User: UserKnown, PerMethod: true,
		Equivalents: Equivalents{Ory: []string{"after registration"}, Intelliauth: []string{"Post-Create"}},
	},
	{
		ID: "registration.completed", When: "the user was created and nobody waits",
		Answers: onlyContinue, User: UserKnown, Async: true,
		Equivalents: Equivalents{Ory: []string{"after registration (ignore)"}, Auth0: []string{"post-user-registration"}},
	},
	{
		ID: "recovery.before", When: "recovery starts",
		Answers: noMFA, User: UserPossible,
		Equivalents: Equivalents{Ory: []string{"before recovery"}, Intelliauth: []string{"password-reset"}},
	},
	{
		ID: "recovery.challenged", When: "the first challenge is passed, before the password changes",
		Answers: anyAnswer, User: UserKnown,
		Equivalents: Equivalents{Auth0: []string{"password-reset-post-challenge"}, Intelliauth: []string{"password-reset-complete"}},
	},
	{
		ID: "recovery.after", When: "the account is recovered",
		Answers: noMFA, User: UserKnown,
		Equivalents: Equivalents{Ory: []string{"after recovery"}},
	},
	{
		ID: "password.changed", When: "the password was changed and nobody waits",
		Answers: onlyContinue, User: UserKnown, Async: true,
		Equivalents: Equivalents{Ory: []string{"after settings (password)"}, Auth0: []string{"post-change-password"}},
	},
	{
		ID: "settings.before", When: "the settings flow starts",
		Answers: noMFA, User: UserKnown,
		Equivalents: Equivalents{Ory: []string{"before settings"}},
	},
	{
		ID: "settings.submitted", When: "the change is valid, before it is saved",
		Answers: noMFA, User: UserKnown, PerMethod: true,
		Equivalents: Equivalents{Ory: []string{"after settings (parse)"}},
	},
	{
		ID: "settings.after", When: "the change is saved",
		Answers: noMFA, User: UserKnown, PerMethod: true,
		Equivalents: Equivalents{Ory: []string{"after settings"}},
	},
	{
		ID: "verification.before", When: "verification starts",
		Answers: noMFA, User: UserPossible,
		Equivalents: Equivalents{Ory: []string{"before verification"}},
	},
	{
		ID: "verification.after", When: "the address is verified",
		Answers: passOrGo, User: UserKnown,
		Equivalents: Equivalents{Ory: []string{"after verification"}},
	},
	{
		ID: "token.issue", When: "an OAuth2 token is about to be issued or refreshed for a user",
		Answers: passOrBlock, User: UserKnown,
		Equivalents: Equivalents{Ory: []string{"Hydra token hook"}, Auth0: []string{"post-login (refresh)"}, Intelliauth: []string{"token-refresh"}},
	},
	{
		ID: "token.client-credentials", When: "a machine-to-machine token is about to be issued",
		Answers: passOrBlock, User: UserNone,
		Equivalents: Equivalents{Ory: []string{"Hydra token hook"}, Auth0: []string{"credentials-exchange"}},
	},
	{
		ID: "token.exchange", When: "a token of another system is to be exchanged",
		Answers: passOrBlock, User: UserPossible,
		Equivalents: Equivalents{Auth0: []string{"custom-token-exchange"}},
	},
	{
		ID: "mfa.enrolment", When: "a factor is about to be enrolled",
		Answers: noMFA, User: UserKnown,
		Equivalents: Equivalents{Intelliauth: []string{"mfa-enrol"}},
	},
	{
		ID: "mfa.verified", When: "a factor was checked",
		Answers: passOrBlock, User: UserKnown,
		Equivalents: Equivalents{Intelliauth: []string{"mfa-verify"}},
	},
	{
		ID: "message.phone", When: "an SMS or voice message must be sent",
		Answers: passOrBlock, User: UserPossible,
		Equivalents: Equivalents{Auth0: []string{"send-phone-message", "custom-phone-provider"}},
	},
	{
		ID: "message.email", When: "an e-mail must be sent",
		Answers: passOrBlock, User: UserPossible,
		Equivalents: Equivalents{Auth0: []string{"custom-email-provider"}},
	},
	{
		ID: "logout.after", When: "the session ended and nobody waits",
		Answers: onlyContinue, User: UserKnown, Async: true,
		Equivalents: Equivalents{Intelliauth: []string{"logout"}},
	},
})

var triggerIndex = indexTriggers(triggers)

// complete fills in flow kind and slot from the id, so that the three cannot disagree.
func complete(ts []Trigger) []Trigger {
	for i := range ts {
		kind, slot, _ := strings.Cut(string(ts[i].ID), ".")
		ts[i].Flow, ts[i].Slot = FlowKind(kind), SlotName(slot)
	}
	return ts
}

func indexTriggers(ts []Trigger) map[TriggerID]int {
	index := make(map[TriggerID]int, len(ts))
	for i, t := range ts {
		index[t.ID] = i
	}
	return index
}
