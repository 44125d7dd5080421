package contract

// callShape is the body of an execute call at t, as it may be sent.
func callShape(t Trigger) Shape {
	context := contextAt(t)
	members := []Member{
		optional("run", text(), "The sealed run, as an earlier answer gave it."),
		optional("method", methodShape(), "The authentication method in use; it selects the list of a slot that has one for it."),
	}
	if user, ok := userMember(t.User); ok {
		members = append(members, user)
	}
	if t.sendsAway() {
		members = append(members, optional("resume", open(), "Goes on with the run behind a redirect or a second factor of this slot: what came back with the user, which the action finds in its input. May be empty."))
	}
	return object("", append(members,
		optional("request", requestShape(), "The HTTP request that the user's browser or device sent to the login system."),
		optional("state", open(), "The state, as the run's last answer gave it."),
		Member{Name: "context", Shape: context, Optional: !needsContext(context), Doc: "What the login system knows about this call."},
	)...)
}

// needsContext reports whether a call has to bring something in its context.
func needsContext(context Shape) bool {
	for _, m := range context.Members {
		if !m.Optional && !m.Server {
			return true
		}
	}
	return false
}
