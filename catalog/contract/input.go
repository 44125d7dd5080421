package contract

// Input returns the shape of what an action sees at t: trigger, user, request, state, context, config and secrets. The result is the
// caller's.
func Input(t Trigger) Shape {
	members := []Member{required("trigger", oneOf(string(t.ID)), "The trigger that the action runs at.")}
	if user, ok := userMember(t.User); ok {
		members = append(members, user)
	}
	if t.sendsAway() {
		members = append(members, optional("resume", open(), "Only where the action goes on behind its own redirect or second factor: what the login system got back with the user."))
	}
	return object("", append(members,
		required("request", requestShape(), "The HTTP request that the user's browser or device sent to the login system."),
		required("state", open(), "Shared by all actions of the run, and sent back by the login system on the run's next call."),
		required("context", contextAt(t), "What the login system and Durward know about this call."),
		required("config", open(), "The attachment's config: valid against the version's schema, defaults filled in."),
		required("secrets", openText(), "The secrets that this version declares, by name."),
	)...)
}

// Context returns the shape of an input's context with the members of every trigger, each telling the triggers that have it. The
// result is the caller's.
func Context() Shape { return object("Context", contextMembers()...) }

func userMember(k Knowledge) (Member, bool) {
	switch k {
	case UserNone:
		return Member{}, false
	case UserPossible:
		return optional("user", userShape(k), "The user, if the login system knows who it is."), true
	case UserClaimed:
		return required("user", userShape(k), "The user, as far as they have said who they are. Nothing here is proven."), true
	default:
		return required("user", userShape(k), "The user."), true
	}
}

func userShape(k Knowledge) Shape {
	name, identity := "User", required
	if k != UserKnown {
		name, identity = "ClaimedUser", optional
	}
	return object(name,
		identity("id", text(), "The login system's id for the user."),
		identity("email", text(), "The primary e-mail address; empty if the user has none."),
		optional("email_verified", boolean(), "Whether the user has proven that the e-mail address is theirs."),
		optional("phone", text(), "The primary phone number, as the login system keeps it (usually E.164)."),
		optional("phone_verified", boolean(), "Whether the user has proven that the phone number is theirs."),
		optional("username", text(), "The name that the user signs in with, where it is not an address."),
		optional("name", text(), "The full name for display."),
		optional("given_name", text(), "The given name."),
		optional("family_name", text(), "The family name."),
		optional("nickname", text(), "The casual name."),
		optional("picture", text(), "The URL of a picture of the user."),
		optional("locale", text(), "The preferred language, as a BCP 47 tag such as de-CH."),
		optional("groups", list(text()), "The groups that the user is in."),
		optional("roles", list(text()), "The roles that the user has."),
		optional("traits", open(), "What the user says about themselves and may change, in the login system's own schema."),
		optional("user_metadata", open(), "Data about the user that the user may change."),
		optional("app_metadata", open(), "Data about the user that only applications may change."),
		optional("identities", list(identityShape()), "The accounts at identity providers that are linked to the user."),
		optional("enrolled_factors", list(factorShape()), "The second factors that the user has."),
		optional("addresses", list(addressShape()), "The addresses at which the user can be reached."),
		optional("created_at", timestamp(), "When the user was created."),
		optional("updated_at", timestamp(), "When the user was last changed."),
		optional("last_password_change_at", timestamp(), "When the password was last changed."),
		optional("logins_count", bounded(Integer, 0, maxSafeInteger), "How often the user has signed in, this time included."),
	)
}

func identityShape() Shape {
	return object("Identity",
		required("provider", text(), "The identity provider, for example google."),
		required("user_id", text(), "The provider's id for the user."),
		optional("connection", text(), "The connection through which the identity came."),
		optional("is_social", boolean(), "Whether the provider is a social network."),
		optional("profile", open(), "What the provider says about the user."),
	)
}

func factorShape() Shape {
	return object("Factor",
		required("method", methodShape(), "What kind of factor it is."),
		optional("id", text(), "The login system's id for the factor."),
		optional("name", text(), "The user's name for the factor."),
		optional("enrolled_at", timestamp(), "When the factor was enrolled."),
	)
}

func addressShape() Shape {
	return object("Address",
		required("value", text(), "The address itself."),
		required("via", oneOf("email", "phone"), "How the address is reached."),
		required("verified", boolean(), "Whether the user has proven that the address is theirs."),
	)
}

func requestShape() Shape {
	return object("Request",
		optional("id", text(), "The login system's id for the request; it appears in the audit."),
		optional("ip", text(), "The address that the request came from."),
		optional("user_agent", text(), "The User-Agent header."),
		optional("method", text(), "The HTTP method, for example POST."),
		optional("url", text(), "The URL that was requested."),
		optional("hostname", text(), "The host name that was requested."),
		optional("headers", openText(), "The headers that the login system passes on, by lower-case name."),
		optional("query", openText(), "The query parameters by name; of a repeated one the last."),
		optional("body", open(), "The form fields that the login system passes on; never a password."),
		optional("language", text(), "The language that the browser asks for."),
		optional("geo", geoShape(), "Where the address is said to be."),
		optional("asn", asnShape(), "The network that the address belongs to."),
		optional("device", deviceShape(), "The device, as far as it can be told."),
	)
}

func geoShape() Shape {
	return object("Geo",
		optional("country", text(), "The country, as an ISO 3166-1 alpha-2 code."),
		optional("region", text(), "The region within the country."),
		optional("city", text(), "The city."),
		optional("latitude", bounded(Number, -90, 90), "Degrees north."),
		optional("longitude", bounded(Number, -180, 180), "Degrees east."),
		optional("time_zone", text(), "The IANA time zone, for example Europe/Zurich."),
	)
}

func asnShape() Shape {
	return object("ASN",
		optional("number", bounded(Integer, 0, 1<<32-1), "The autonomous system's number."),
		optional("name", text(), "Who runs it."),
		optional("is_tor", boolean(), "Whether the address is an exit of the Tor network."),
		optional("is_vpn", boolean(), "Whether the address belongs to a VPN."),
		optional("is_proxy", boolean(), "Whether the address is an open proxy."),
	)
}

func deviceShape() Shape {
	return object("Device",
		optional("id", text(), "The login system's id for the device."),
		optional("ja3", text(), "The JA3 fingerprint of the TLS handshake."),
		optional("ja4", text(), "The JA4 fingerprint of the TLS handshake."),
	)
}
