package host

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Bounds of headers.
const (
	maxHeaders      = 100      // of a request
	maxHeader       = 32 << 10 // bytes of a request's headers
	maxAnswers      = 200      // headers of an answer
	maxAnswerHeader = 64 << 10 // bytes of an answer's headers
)

func isToken(s string) bool { return httpguts.ValidHeaderFieldName(s) }

// forbidden are the headers that the connection's own workings need. As with fetch elsewhere, setting them has no effect. Accept-Encoding is here because the broker
// decodes what it asked for.
func forbidden(name string) bool {
	switch name {
	case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Expect", "Trailer", "Te", "Keep-Alive", "Accept-Encoding", "Http2-Settings", "Via":
		return true
	}
	return strings.HasPrefix(name, "Proxy-")
}

// readHeaders takes the headers that an action sets.
func readHeaders(pairs [][]string) (http.Header, error) {
	if len(pairs) > maxHeaders {
		return nil, refuse(codeInvalid, "a request has at most %d headers", maxHeaders)
	}
	headers, size := make(http.Header, len(pairs)+2), 0
	for _, pair := range pairs {
		if len(pair) != 2 || !isToken(pair[0]) {
			return nil, refuse(codeInvalid, "the name of a header is not valid")
		}
		name, value := http.CanonicalHeaderKey(pair[0]), strings.Trim(pair[1], " \t\r\n")
		if !httpguts.ValidHeaderFieldValue(value) {
			return nil, refuse(codeInvalid, "the value of the header %s is not valid", clip(name, 100))
		}
		if size += len(name) + len(value); size > maxHeader {
			return nil, refuse(codeInvalid, "the headers of a request have at most %d bytes", maxHeader)
		}
		if !forbidden(name) {
			headers[name] = append(headers[name], value)
		}
	}
	for name, value := range map[string]string{"Accept": "*/*", "User-Agent": "durward"} {
		if headers[name] == nil {
			headers[name] = []string{value}
		}
	}
	return headers, nil
}

// headerSize is the size of headers as HTTP/1 writes them.
func headerSize(headers http.Header) int64 {
	size := 0
	for name, values := range headers {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	return int64(size)
}

// answerHeaders are an answer's headers for the action, in the order of their names, which are in lower case.
func answerHeaders(headers http.Header) ([][2]string, error) {
	pairs := make([][2]string, 0, len(headers))
	for name, values := range headers {
		for _, value := range values {
			pairs = append(pairs, [2]string{strings.ToLower(latin1(name)), latin1(value)})
		}
	}
	if len(pairs) > maxAnswers {
		return nil, refuse(codeTooLarge, "the answer has more than %d headers", maxAnswers)
	}
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return pairs, nil
}

// latin1 returns bytes as text, each byte as the character of its number: the Fetch standard's isomorphic decoding.
func latin1(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
