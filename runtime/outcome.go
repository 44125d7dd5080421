package runtime

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/vm"
)

// Object is a JSON object whose members are kept as they were written.
type Object map[string]json.RawMessage

// Outcome is what an action answers, and what a chain answers in the end. Its JSON is that of the contract.
type Outcome struct {
	Kind contract.Kind `json:"kind"`

	// Of a block. Reason, which demand_mfa and redirect have too, is for the operator.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// Of demand_mfa.
	Factors []string `json:"factors,omitempty"`
	Enrol   bool     `json:"enrol,omitzero"`
	// Of redirect.
	URL    string            `json:"url,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	Token  *RedirectToken    `json:"token,omitempty"`

	Claims     Claims            `json:"claims,omitzero"`
	Scopes     Scopes            `json:"scopes,omitzero"`
	User       User              `json:"user,omitzero"`
	Session    Session           `json:"session,omitzero"`
	SAML       SAML              `json:"saml,omitzero"`
	State      Object            `json:"state,omitempty"`
	Directives []json.RawMessage `json:"directives,omitempty"`
}

// RedirectToken is what a redirect's target is told.
type RedirectToken struct {
	Claims           Object `json:"claims"`
	ExpiresInSeconds int    `json:"expires_in_seconds,omitzero"` // default 900
}

// Claims are added to tokens.
type Claims struct {
	IDToken     Object `json:"id_token,omitempty"`
	AccessToken Object `json:"access_token,omitempty"`
}

// Scopes are added to or taken away from a token.
type Scopes struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// User is changes to the user, by key; null deletes a key.
type User struct {
	Traits       Object `json:"traits,omitempty"`
	UserMetadata Object `json:"user_metadata,omitempty"`
	AppMetadata  Object `json:"app_metadata,omitempty"`
}

// Session is changes to the session. Timestamps are RFC 3339.
type Session struct {
	Metadata      Object `json:"metadata,omitempty"`
	ExpiresAt     string `json:"expires_at,omitempty"`
	IdleExpiresAt string `json:"idle_expires_at,omitempty"`
	Cookie        string `json:"cookie,omitempty"`
}

// SAML is changes to the SAML assertion.
type SAML struct {
	Attributes Object `json:"attributes,omitempty"`
}

const continueText = `{"kind":"continue"}`

// readOutcome reads what an action answered at a trigger. What is wrong with it is a failure of the action.
func readOutcome(text []byte, t contract.Trigger) (Outcome, *vm.Failure) {
	if len(text) == 0 || string(text) == continueText {
		return Outcome{Kind: contract.Continue}, nil
	}
	if _, err := contract.CheckOutcome(text, t); err != nil {
		return Outcome{}, badOutcome(err.Error())
	}
	var o Outcome
	if err := jsonv2.Unmarshal(text, &o); err != nil {
		return Outcome{}, badOutcome("it does not fit the contract")
	}
	switch o.Kind {
	case contract.Block:
		if o.Code == "" {
			o.Code = "blocked"
		}
		if !jsontext.Pointer(o.Field).IsValid() {
			return Outcome{}, badOutcome("/field: " + `it must be a JSON pointer such as "/traits/email"`)
		}
	case contract.Redirect:
		if detail := checkTarget(o.URL); detail != "" {
			return Outcome{}, badOutcome("/url: " + detail)
		}
	}
	return o, nil
}

func badOutcome(detail string) *vm.Failure {
	return &vm.Failure{Kind: vm.FailBadOutcome, Message: "the returned value is not an outcome: " + detail}
}

// checkTarget says what is wrong with the target of a redirect; "" if nothing is.
func checkTarget(target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil || !u.IsAbs() || u.Hostname() == "":
		return "it must be an absolute URL"
	case u.User != nil:
		return "it must not contain credentials"
	case strings.ContainsAny(target, "\\\t\r\n "): // which browsers read otherwise than this check does
		return "it must not contain white space or backslashes"
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return ""
	}
	return fmt.Sprintf("it must be https (http only on loopback), not %s", u.Scheme)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
