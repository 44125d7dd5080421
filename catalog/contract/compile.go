package contract

import (
	"strings"
	"sync"
)

// A node is a shape prepared for checking: names are looked up instead of searched for, and what has to be captured is marked.
type node struct {
	typ      Type
	elem     *node
	values   []string
	min, max float64
	members  map[string]*member // of an object
	names    []string           // of the members that a call may have, for suggestions
	required []*member
	capture  capture
}

type member struct {
	name string
	node *node
	bit  uint64 // the member's bit in the set of those seen
	// refusal says why a member that the contract has must not be here; empty for one that may.
	refusal string
}

// capture says which field of a Call a value goes to.
type capture int

const (
	captureNothing capture = iota
	captureRun
	captureMethod
	captureUser
	captureRequest
	captureState
	captureContext
	captureResume
	captureUserID
	captureRequestID
	captureIP
	captureDeviceID
)

// compiled are the nodes of the calls, by trigger. They are made when the first call is decoded, because a worker process is
// this program too and decodes none.
var compiled = sync.OnceValue(func() map[TriggerID]*node {
	calls := make(map[TriggerID]*node, len(triggers))
	for _, t := range triggers {
		calls[t.ID] = compileCall(t)
	}
	return calls
})

func compileCall(t Trigger) *node {
	root := compile(callShape(t))
	for name, c := range map[string]capture{
		"run": captureRun, "method": captureMethod, "request": captureRequest, "state": captureState, "context": captureContext,
	} {
		root.members[name].node.capture = c
	}
	request := root.members["request"].node
	request.members["id"].node.capture = captureRequestID
	request.members["ip"].node.capture = captureIP
	request.members["device"].node.members["id"].node.capture = captureDeviceID
	if resume, ok := root.members["resume"]; ok {
		resume.node.capture = captureResume
	} else {
		root.refuse("resume", "no action sends the user away at "+string(t.ID)+", so there is nothing to resume")
	}
	if user, ok := root.members["user"]; ok {
		user.node.capture = captureUser
		user.node.members["id"].node.capture = captureUserID
	} else {
		root.refuse("user", "there is no user at "+string(t.ID))
	}
	root.refuse("trigger", "the server fills it in, from the flow and slot in the address; leave it out")
	root.refuse("config", "it comes from the attachment in the flow; leave it out")
	root.refuse("secrets", "they are stored with the action; leave them out")

	context := root.members["context"].node
	for _, m := range contextMembers() {
		if !m.At(t.ID) {
			context.refuse(m.Name, "it is not part of "+string(t.ID)+", only of "+enumerate(m.Triggers))
		}
	}
	return root
}

func compile(s Shape) *node {
	n := &node{typ: s.Type, values: s.Values, min: s.Min, max: s.Max}
	if s.Elem != nil {
		n.elem = compile(*s.Elem)
	}
	if s.Type != Object {
		return n
	}
	n.members = make(map[string]*member, len(s.Members))
	for i, m := range s.Members {
		if m.Server {
			n.refuse(m.Name, "the server fills it in; leave it out")
			continue
		}
		c := &member{name: m.Name, node: compile(m.Shape), bit: 1 << i}
		n.members[m.Name] = c
		n.names = append(n.names, m.Name)
		if !m.Optional {
			n.required = append(n.required, c)
		}
	}
	return n
}

func (n *node) refuse(name, why string) { n.members[name] = &member{name: name, refusal: why} }

func enumerate(ids []TriggerID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}
