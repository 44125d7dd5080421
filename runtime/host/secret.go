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
	err      error // the first; nothing is put in after it
}

// headers replaces in values, and returns the names of those headers in which something was replaced.
func (r *reveal) headers(headers http.Header) (tainted []string) {
	for name, values := range headers {
		for i, value := range values {
			if !strings.Contains(value, referenceStart) {
				continue
			}
			values[i] = string(r.replace([]byte(value), referenceStart, plainSecret))
			tainted = append(tainted, name)
			if r.err == nil && !httpguts.ValidHeaderFieldValue(values[i]) {
				r.err = refuse(codeInvalid, "the secret in the header %s cannot be in a header", clip(name, 100))
			}
		}
	}
	return tainted
}

// body replaces in a body. The value is written as its content type demands: escaped in the strings of JSON and in forms, as it is elsewhere.
func (r *reveal) body(body []byte, contentType string) (replaced []byte, tainted bool) {
	kind, _, _ := mime.ParseMediaType(contentType) // what cannot be read is no type that needs escaping
	start, escape := referenceStart, plainSecret
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		escape = jsonSecret
	case kind == "application/x-www-form-urlencoded":
		escape = url.QueryEscape
		if bytes.Contains(body, []byte(formStart)) {
			body, tainted = r.replace(body, formStart, escape), true
		}
	}
	if bytes.Contains(body, []byte(start)) {
		body, tainted = r.replace(body, start, escape), true
	}
	return body, tainted
}

func plainSecret(value string) string { return value }

func jsonSecret(value string) string {
	text, _ := json.Marshal(value) // a string always encodes
	return string(text[1 : len(text)-1])
}

// replace returns text with the values of its references, in a new slice: a reference is start and the longest name behind it.
func (r *reveal) replace(text []byte, start string, escape func(string) string) []byte {
	out := make([]byte, 0, len(text))
	for {
		at := bytes.Index(text, []byte(start))
		if at < 0 || r.err != nil {
			return append(out, text...)
		}
		out, text = append(out, text[:at]...), text[at+len(start):]
		end := 0
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		var value string
		if value, r.err = r.value(string(text[:end])); r.err != nil {
			return nil
		}
		out, text = append(out, escape(value)...), text[end:]
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// value is the secret of a name, if this execution may have it and the target may get it.
func (r *reveal) value(name string) (string, error) {
	secret, ok := r.settings.Secrets[name]
	switch {
	case !ok || !slices.Contains(r.declared, name):
		return "", refuse(codeUnknown, "there is no secret %q that the version declares", clip(name, 64))
	case len(secret.Hosts) > 0 && !matchesAny(patterns(secret.Hosts), r.target, r.internal):
		return "", refuse(codeSecretHost, "the secret %s may not be sent to %s", name, r.target.url.Host)
	case r.target.url.Scheme != "https" && !r.internal:
		return "", refuse(codeSecretHost, "the secret %s is sent over https only", name)
	}
	return secret.Value, nil
}
