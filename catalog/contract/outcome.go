package contract

// KindShape is a kind of outcome and the members that are its own, "kind" not among them.
type KindShape struct {
	Kind    Kind
	Name    string // in the TypeScript declarations, for example "DemandMFA"
	Doc     string
	Members []Member
}

// Outcomes returns the kinds of outcome, weakest first. The result is the caller's.
func Outcomes() []KindShape {
	return []KindShape{
		{Kind: Continue, Name: "Continue", Doc: "Let the flow go on."},
		{Kind: DemandMFA, Name: "DemandMFA", Doc: "Let the flow go on only after a second factor. Then the function resume of the action runs, if it has one, or else execute again.", Members: []Member{
			optional("factors", atMost(50, methodShape()), "The factors to ask for, in order of preference; empty or absent: any that the user has."),
			optional("enrol", boolean(), "Let the user enrol a factor if there is none. Default: false."),
			optional("reason", text(), "Why, for the operator; the user never sees it."),
		}},
		{Kind: Redirect, Name: "Redirect", Doc: "Send the user elsewhere. Once the user is back, the function resume of the action runs in place of execute, and then the actions behind it.", Members: []Member{
			required("url", text(), "Where to: an absolute https URL (http only on loopback, in development)."),
			optional("params", openText(), "Query parameters to add to the URL."),
			optional("token", object("RedirectToken",
				required("claims", open(), "What the token says."),
				optional("expires_in_seconds", bounded(Integer, 1, maxSafeInteger), "How long the token is valid, in seconds. Default: 900."),
			), "A token to add to the URL, signed with the tenant's secret for the target."),
			optional("reason", text(), "Why, for the operator; the user never sees it."),
		}},
		{Kind: Block, Name: "Block", Doc: "End the flow. Of the effects, user, state and revoke_* directives are kept.", Members: []Member{
			optional("code", text(), "A word for machines. Default: blocked."),
			optional("reason", text(), "Why, for the operator; the user never sees it."),
			optional("message", text(), "What the user is told."),
			optional("field", text(), "The JSON pointer of the form field at fault, for example /traits/email."),
		}},
	}
}

// Effects returns the members that every kind of outcome may have besides its own. The result is the caller's.
func Effects() []Member {
	return []Member{
		optional("claims", object("Claims",
			optional("id_token", open(), "Claims to add to the ID token."),
			optional("access_token", open(), "Claims to add to the access token."),
		), "Claims to add to tokens; a later action's claim replaces an earlier one's."),
		optional("scopes", object("Scopes",
			optional("add", atMost(500, text()), "Scopes to add."),
			optional("remove", atMost(500, text()), "Scopes to take away."),
		), "Scopes to add to or take away from the token."),
		optional("user", object("UserChanges",
			optional("traits", open(), "Traits to set."),
			optional("user_metadata", open(), "User metadata to set."),
			optional("app_metadata", open(), "App metadata to set."),
		), "Changes to the user, merged key by key; null deletes a key."),
		optional("session", object("SessionChanges",
			optional("metadata", open(), "Metadata to set."),
			optional("expires_at", timestamp(), "When the session must end at the latest."),
			optional("idle_expires_at", timestamp(), "When the session must end if it is not used."),
			optional("cookie", oneOf("persistent", "session"), "Whether the cookie outlives the browser."),
		), "Changes to the session."),
		optional("saml", object("SAMLChanges",
			optional("attributes", open(), "Attributes to add to the assertion."),
		), "Changes to the SAML assertion."),
		optional("state", open(), "Merged into the run's state, key by key; null deletes a key."),
		optional("directives", atMost(maxDirectives, Shape{Type: Object, Name: "Directive"}), "What the login system is to do next."),
	}
}

const maxDirectives = 50

// DirectiveShape is a directive and the members that it has besides "type".
type DirectiveShape struct {
	Type    string
	Doc     string
	Members []Member
}

// Directives returns the directives, a closed list: any other is an error of the action. The result is the caller's.
func Directives() []DirectiveShape {
	return []DirectiveShape{
		{Type: "issue_session", Doc: "Sign the user in at once, for example after registration."},
		{Type: "revoke_sessions", Doc: "End sessions of the user.", Members: []Member{
			required("scope", oneOf("others", "all"), "Which: all but this one, or all."),
		}},
		{Type: "require_verified_address", Doc: "Go on only when the user has a verified address.", Members: []Member{
			optional("via", oneOf("email", "phone"), "What kind of address. Default: any."),
		}},
		{Type: "show_verification_ui", Doc: "Show the page on which the user verifies an address.", Members: []Member{
			optional("address", text(), "Which address. Default: the primary one."),
		}},
		{Type: "record_authentication_method", Doc: "Count a method as completed.", Members: []Member{
			required("name", text(), "The method's name."),
		}},
		{Type: "set_organization", Doc: "Sign the user in for an organization.", Members: []Member{
			required("id", text(), "The organization's id."),
		}},
		{Type: "link_identity", Doc: "Link the identity in use to a user that exists.", Members: []Member{
			required("user_id", text(), "The id of the user to link to."),
		}},
		{Type: "revoke_refresh_token", Doc: "Revoke the refresh token in use."},
		{Type: "drop_message", Doc: "Do not send the message."},
		{Type: "retry_message", Doc: "Send the message later.", Members: []Member{
			optional("after_seconds", bounded(Integer, 1, 86400), "When, in seconds from now. Default: 30."),
		}},
	}
}
