package runtime

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/durward/durward/runtime/condition"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// input builds the inputs of a chain. They differ in state, action, config and secrets; the rest is written once.
type input struct {
	call    *Call
	head    []byte           // up to the state
	context []byte           // the context up to the action
	tail    []byte           // the context from behind the action
	facts   *condition.Input // what conditions see; nil before the first
}

func newInput(call *Call) *input {
	in := &input{call: call}
	b := append(make([]byte, 0, len(call.Event.User)+len(call.Event.Request)+128), `{"trigger":`...)
	b = appendString(b, string(call.Trigger.ID))
	if call.Event.User != nil {
		b = append(append(b, `,"user":`...), call.Event.User...)
	}
	b = append(append(b, `,"request":`...), orEmpty(call.Event.Request)...)
	in.head = append(b, `,"state":`...)

	b = append(make([]byte, 0, 256), `{"tenant":`...)
	b = appendString(b, call.Tenant)
	b = append(b, `,"flow":{"slug":`...)
	b = appendString(b, call.Flow)
	b = append(b, `,"kind":`...)
	b = appendString(b, string(call.Trigger.Flow))
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, int64(call.Revision), 10)
	b = append(b, `},"run":{"id":`...)
	b = appendString(b, call.Run)
	b = append(b, `,"started_at":"`...)
	b = call.RunStarted.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `"},"attempt":`...)
	b = strconv.AppendInt(b, int64(max(call.Attempt, 1)), 10)
	if call.Event.Method != "" {
		b = append(b, `,"method":`...)
		b = appendString(b, string(call.Event.Method))
	}
	in.context = append(b, `,"action":`...)

	b = make([]byte, 0, len(call.Event.Context)+16)
	if members := inner(call.Event.Context); len(members) > 0 {
		b = append(append(b, ','), members...)
	}
	in.tail = append(b, '}')
	return in
}

func (in *input) build(step *Step, state json.RawMessage, settings *host.Settings) []byte {
	b := make([]byte, 0, len(in.head)+len(state)+in.contextSize(step)+64)
	b = append(append(b, in.head...), state...)
	b = in.appendContext(append(b, `,"context":`...), step)
	if step.Config == nil { // else it goes beside the input
		b = append(b, `,"config":{}`...)
	}
	return append(appendSecrets(append(b, `,"secrets":`...), step.Secrets, settings.Secrets), '}')
}

// resumed is the input of a step that goes on.
func (in *input) resumed(step *Step, state json.RawMessage, settings *host.Settings) []byte {
	b := in.build(step, state, settings)
	b = append(b[:len(b)-1], `,"resume":`...)
	return append(append(b, orEmpty(in.call.Event.Resume)...), '}')
}

func (in *input) appendContext(b []byte, step *Step) []byte {
	b = append(append(b, in.context...), `{"slug":`...)
	b = appendString(b, step.Action)
	b = append(b, `,"version":`...)
	b = appendString(b, step.Version)
	b = append(b, `},"idempotency_key":`...)
	b = appendString(b, in.call.IdempotencyKey+"/"+step.Attachment)
	return append(b, in.tail...)
}

func (in *input) contextSize(step *Step) int {
	return len(in.context) + len(in.tail) + len(step.Action) + len(step.Version) + len(in.call.IdempotencyKey) + len(step.Attachment) + 64
}

// holds says whether a step's condition holds.
func (in *input) holds(step *Step, state json.RawMessage) (bool, *vm.Failure) {
	if step.When == nil {
		return true, nil
	}
	if in.facts == nil {
		in.facts = condition.NewInput(string(in.call.Trigger.ID))
		in.facts.Set("user", in.call.Event.User)
		in.facts.Set("request", orEmpty(in.call.Event.Request))
	}
	in.facts.Set("state", state)
	in.facts.Set("context", in.appendContext(make([]byte, 0, in.contextSize(step)), step))
	holds, err := step.When.Holds(in.facts)
	if err != nil {
		return false, &vm.Failure{Kind: FailCondition, Message: err.Error()}
	}
	return holds, nil
}

// appendSecrets appends the secrets that a version declares. One that the tenant has not set is not there; one that may not enter JavaScript is there by its reference.
func appendSecrets(b []byte, names []string, secrets map[string]host.Secret) []byte {
	b = append(b, '{')
	for _, name := range names {
		s, ok := secrets[name]
		if !ok {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		if s.Brokered {
			b = appendString(b, host.Reference(name))
			continue
		}
		b = appendString(b, s.Value)
	}
	return append(b, '}')
}

// inner is what stands between the braces of an object.
func inner(object json.RawMessage) []byte {
	object = bytes.TrimSpace(object)
	if len(object) < 2 {
		return nil
	}
	return bytes.TrimSpace(object[1 : len(object)-1])
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if len(object) == 0 {
		return json.RawMessage("{}")
	}
	return object
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
