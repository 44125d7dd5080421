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
}

// Bounds of what references become: each can become 1,600 times as long as it was.
const (
	maxReferences = 64      // in the headers of a request
	maxGrowth     = 1 << 20 // bytes by which a body becomes longer
)

// headers replaces in values, and returns the names of those headers in which something was replaced. A reference that stands for no secret here is an error: what is in a header is the author's doing.
func (v *reveal) headers(headers http.Header) (tainted []string, err error) {
	seen := 0
	value := func(name []byte) (string, bool) {
		if seen++; err == nil && seen > maxReferences {
			err = refuse(codeInvalid, "the headers of a request have at most %d references to secrets", maxReferences)
		}
		if err != nil {
			return "", false
		}
		var text string
		text, err = v.value(string(name))
		return text, err == nil
	}
	for name, values := range headers {
		for i := range values {
			text, replaced := replace([]byte(values[i]), referenceStart, value)
			if !replaced {
				continue
			}
			values[i] = string(text)
			tainted = append(tainted, name)
			if err == nil && !httpguts.ValidHeaderFieldValue(values[i]) {
				err = refuse(codeInvalid, "the secret in the header %s cannot be in a header", clip(name, 100))
			}
		}
	}
	return tainted, err
}

// body replaces in a body. The value is written as its content type demands: escaped in the strings of JSON and in forms, as it is elsewhere.
//
// A reference that stands for no secret here stays as it is: much of a body is what users have typed, and none of them shall make an action fail by typing one. For the same reason it costs next to
// nothing, and only what is put in counts.
func (v *reveal) body(body []byte, contentType string) (replaced []byte, tainted bool) {
	kind, _, _ := mime.ParseMediaType(contentType) // what cannot be read is no type that needs escaping
	form := kind == "application/x-www-form-urlencoded"
	escape := plainSecret
	switch {
	case form:
		escape = url.QueryEscape
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		escape = jsonSecret
	}
	var known map[string]string // made when the first reference is seen: most bodies have none
	room := maxGrowth
	value := func(start string) func([]byte) (string, bool) {
		return func(name []byte) (string, bool) {
			if known == nil {
				known = v.values(escape)
			}
			text, ok := known[string(name)]
			grows := len(text) - len(start) - len(name)
			if !ok || grows > room {
				return "", false
			}
			room -= grows
			return text, true
		}
	}
	if form {
		body, tainted = replace(body, formStart, value(formStart))
	}
	body, also := replace(body, referenceStart, value(referenceStart))
	return body, tainted || also
}

func plainSecret(value string) string { return value }

func jsonSecret(value string) string {
	text, _ := json.Marshal(value) // a string always encodes
	return string(text[1 : len(text)-1])
}

// replace puts values in the place of references, which are start and the longest name behind it, and says whether there was any. One for which there is no value stays.
func replace(text []byte, start string, value func(name []byte) (string, bool)) (replaced []byte, any bool) {
	var out []byte
	done, at := 0, 0 // text up to done is in out, up to at it was looked at
	for {
		next := bytes.Index(text[at:], []byte(start))
		if next < 0 {
			break
		}
		reference := at + next
		name := reference + len(start)
		for at = name; at < len(text) && isNameByte(text[at]); at++ {
		}
		if secret, ok := value(text[name:at]); ok {
			out = append(append(out, text[done:reference]...), secret...)
			done, any = at, true
		}
	}
	if !any {
		return text, false
	}
	return append(out, text[done:]...), true
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// values are the secrets that the target may get, escaped, by their names.
func (v *reveal) values(escape func(string) string) map[string]string {
	known := make(map[string]string, len(v.declared))
	for _, name := range v.declared {
		if value, err := v.value(name); err == nil {
			known[name] = escape(value)
		}
	}
	return known
}

// value is the secret of a name, if it is one that this execution has by reference, and the target may get it.
func (v *reveal) value(name string) (string, error) {
	secret, ok := v.settings.Secrets[name]
	switch {
	case !ok || !secret.Brokered || !slices.Contains(v.declared, name):
		return "", refuse(codeUnknown, "there is no brokered secret %q that the version declares", clip(name, 64))
	case !matchesAny(v.settings.lists().secrets[name], v.target, v.internal):
		return "", refuse(codeSecretHost, "the secret %s may not be sent to %s", name, v.target.url.Host)
	case v.target.url.Scheme != "https" && !v.internal:
		return "", refuse(codeSecretHost, "the secret %s is sent over https only", name)
	}
	return secret.Value, nil
}
