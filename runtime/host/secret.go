package host

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

var (
	referenceStart = Reference("")
	formStart      = url.QueryEscape(referenceStart)
)

// reveal puts an execution's secrets in the places of their references, for one target.
type reveal struct {
	settings *Settings
	declared []string
	target   *target
	internal bool
	err      error // the first
	seen     int   // references
}

// maxReferences is how many references of one request are looked at: each can become 1,600 times as long as it was.
const maxReferences = 64

// headers replaces in values, and returns the names of those headers in which something was replaced. A reference that stands for no secret here is an error: what is in a header is the author's doing.
func (r *reveal) headers(headers http.Header) (tainted []string) {
	for name, values := range headers {
		for i, value := range values {
			text, replaced := r.replace([]byte(value), referenceStart, plainSecret, r.fail)
			if !replaced {
				continue
			}
			values[i] = string(text)
			tainted = append(tainted, name)
			if !httpguts.ValidHeaderFieldValue(values[i]) {
				r.fail(refuse(codeInvalid, "the secret in the header %s cannot be in a header", clip(name, 100)))
			}
		}
	}
	return tainted
}

func (r *reveal) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// body replaces in a body. The value is written as its content type demands: escaped in the strings of JSON and in forms, as it is elsewhere.
//
// A reference that stands for no secret here stays as it is: much of a body is what users have typed, and none of them shall make an action fail by typing one.
func (r *reveal) body(body []byte, contentType string) (replaced []byte, tainted bool) {
	kind, _, _ := mime.ParseMediaType(contentType) // what cannot be read is no type that needs escaping
	escape := plainSecret
	leave := func(error) {}
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		escape = jsonSecret
	case kind == "application/x-www-form-urlencoded":
		escape = url.QueryEscape
		body, tainted = r.replace(body, formStart, escape, leave)
	}
	body, also := r.replace(body, referenceStart, escape, leave)
	return body, tainted || also
}

func plainSecret(value string) string { return value }

func jsonSecret(value string) string {
	text, _ := json.Marshal(value) // a string always encodes
	return string(text[1 : len(text)-1])
}

// replace puts values in the place of references, which are start and the longest name behind it, and says whether there was any. It calls denied for one that stands for no secret here, and leaves that.
func (r *reveal) replace(text []byte, start string, escape func(string) string, denied func(error)) (replaced []byte, any bool) {
	var out []byte
	rest := text
	for {
		at := bytes.Index(rest, []byte(start))
		if at < 0 {
			break
		}
		if r.seen++; r.seen > maxReferences {
			denied(refuse(codeInvalid, "a request has at most %d references to secrets", maxReferences))
			break
		}
		name := at + len(start)
		end := name
		for end < len(rest) && isNameByte(rest[end]) {
			end++
		}
		value, err := r.value(string(rest[name:end]))
		if err != nil {
			denied(err)
			out = append(out, rest[:end]...)
		} else {
			out, any = append(append(out, rest[:at]...), escape(value)...), true
		}
		rest = rest[end:]
	}
	if !any {
		return text, false
	}
	return append(out, rest...), true
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// value is the secret of a name, if it is one that this execution has by reference, and the target may get it.
func (r *reveal) value(name string) (string, error) {
	secret, ok := r.settings.Secrets[name]
	switch {
	case !ok || !secret.Brokered || !slices.Contains(r.declared, name):
		return "", refuse(codeUnknown, "there is no brokered secret %q that the version declares", clip(name, 64))
	case !matchesAny(patterns(secret.Hosts), r.target, r.internal):
		return "", refuse(codeSecretHost, "the secret %s may not be sent to %s", name, r.target.url.Host)
	case r.target.url.Scheme != "https" && !r.internal:
		return "", refuse(codeSecretHost, "the secret %s is sent over https only", name)
	}
	return secret.Value, nil
}
