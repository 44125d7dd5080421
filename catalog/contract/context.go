package contract

// contextAt is the context as t has it, without the members of other triggers.
func contextAt(t Trigger) Shape {
	shape := object("Context")
	for _, m := range contextMembers() {
		if m.At(t.ID) {
			shape.Members = append(shape.Members, m)
		}
	}
	return shape
}

func contextMembers() []Member {
	return append(serverMembers(),
		optional("client", namedThing("Client", "client"), "The application that the user signs in to."),
		optional("organization", namedThing("Organization", "organization"), "The organization that the user signs in for."),
		optional("risk", riskShape(), "What the login system thinks of the risk."),
		except(optional("connection", connectionShape(), "The source of identities in use."), "token.client-credentials"),
		except(optional("authentication", authenticationShape(), "What the user has proven so far, and how."),
			"registration.before", "registration.identified", "recovery.before", "token.client-credentials"),
		except(optional("session", sessionShape(), "The session in question."),
			"registration.before", "registration.identified", "registration.submitted", "token.client-credentials", "token.exchange"),
		except(optional("transaction", transactionShape(), "What the application asked the login system for."),
			"password.changed", "token.client-credentials", "message.phone", "message.email", "logout.after"),
		only(required("credential", credentialShape(), "The credential that was checked."), "login.credential-checked"),
		only(required("token", tokenShape(), "The token that is about to be issued."),
			"token.issue", "token.client-credentials", "token.exchange"),
		only(required("message", messageShape(), "The message that must be sent."), "message.phone", "message.email"),
	)
}

// serverMembers are the members that Durward fills in, and that a call must not bring.
func serverMembers() []Member {
	members := []Member{
		required("tenant", text(), "The slug of the tenant."),
		required("flow", object("Flow",
			required("slug", text(), "The flow's slug, for example login-partners."),
			required("kind", text(), "The flow's kind, for example login."),
			required("revision", integer(), "The revision of the flow that this run is sealed to."),
		), "The flow that the action runs in."),
		required("run", object("Run",
			required("id", text(), "The run's id: the same for every call of one sign-in."),
			required("started_at", timestamp(), "When the run's first call came."),
		), "The run: one sign-in (or registration, …) on its way through the flow."),
		required("action", object("Action",
			required("slug", text(), "The action's slug."),
			required("version", text(), "The version that is running."),
		), "The action itself."),
		required("attempt", bounded(Integer, 1, maxSafeInteger), "Which attempt this is, from 1; more than 1 only after a failure of an async trigger."),
		required("idempotency_key", text(), "The same for every attempt of this action in this call: pass it on to APIs that take one."),
		optional("method", methodShape(), "The authentication method in use, where there is one."),
	}
	for i := range members {
		members[i].Server = true
	}
	return members
}

func only(m Member, ids ...TriggerID) Member {
	m.Triggers = ids
	return m
}

func except(m Member, ids ...TriggerID) Member {
	without := Member{Triggers: ids}
	for _, t := range triggers {
		if !without.At(t.ID) {
			m.Triggers = append(m.Triggers, t.ID)
		}
	}
	return m
}

func namedThing(name, noun string) Shape {
	return object(name,
		required("id", text(), "The login system's id for the "+noun+"."),
		optional("name", text(), "The name for display."),
		optional("metadata", open(), "Data that the login system keeps about the "+noun+"."),
	)
}

func connectionShape() Shape {
	return object("Connection",
		optional("id", text(), "The login system's id for the connection."),
		optional("name", text(), "The connection's name, for example google-workspace."),
		optional("strategy", text(), "What kind of connection it is, for example oidc, saml or database."),
	)
}

func authenticationShape() Shape {
	return object("Authentication",
		required("methods", list(object("CompletedMethod",
			required("name", text(), "The method, for example password or totp."),
			optional("at", timestamp(), "When it was completed."),
		)), "The methods that the user has completed, oldest first."),
		optional("acr", text(), "The authentication context class reached."),
		optional("amr", list(text()), "The authentication method references (RFC 8176)."),
	)
}

func sessionShape() Shape {
	return object("Session",
		required("id", text(), "The login system's id for the session."),
		optional("created_at", timestamp(), "When the session began."),
		optional("authenticated_at", timestamp(), "When the user last proved who they are."),
		optional("expires_at", timestamp(), "When the session ends at the latest."),
		optional("metadata", open(), "Data kept with the session."),
	)
}

func transactionShape() Shape {
	return object("Transaction",
		optional("protocol", text(), "The protocol, for example oidc or saml."),
		optional("redirect_uri", text(), "Where the user goes when the flow is over."),
		optional("requested_scopes", list(text()), "The scopes that the application asked for."),
		optional("acr_values", list(text()), "The authentication context classes that the application asked for."),
		optional("prompt", list(text()), "The OpenID Connect prompt values."),
		optional("state", text(), "The application's own state parameter."),
		optional("locale", text(), "The language of the login pages."),
	)
}

func tokenShape() Shape {
	return object("Token",
		optional("claims", open(), "The claims that the token is going to have."),
		optional("scopes", list(text()), "The scopes that the token is going to have."),
		optional("audience", list(text()), "Whom the token is for."),
		optional("grant_type", text(), "The OAuth2 grant type, for example refresh_token."),
	)
}

func messageShape() Shape {
	return object("Message",
		required("channel", oneOf("sms", "voice", "email"), "How the message is to be sent."),
		required("recipient", text(), "The phone number or e-mail address."),
		optional("text", text(), "The message in full."),
		optional("code", text(), "The one-time code that the message carries."),
		optional("purpose", text(), "What the message is for, for example second_factor or verification."),
	)
}

func credentialShape() Shape {
	return object("Credential", required("valid", boolean(), "Whether the credential was right."))
}

func riskShape() Shape {
	return object("Risk",
		optional("score", bounded(Number, 0, 100), "From 0 (none) to 100 (certain)."),
		optional("level", oneOf("low", "medium", "high"), "The score in a word."),
		optional("signals", open(), "What led to the score."),
	)
}
