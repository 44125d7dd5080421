package host

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/durward/durward/runtime/vm"
)

// The codes by which an action tells errors apart. They are also the error words of the record and of the metrics.
const (
	codeInvalid     = "invalid_request" // what was asked for makes no sense
	codeDenied      = "egress_denied"   // the policy, or an address that is not public
	codeDNS         = "dns"             // the name has no address
	codeConnect     = "connect"
	codeTLS         = "tls"
	codeTimeout     = "timeout"
	codeRedirect    = "redirect"           // one that is not followed
	codeTooLarge    = "response_too_large" // the headers
	codeNetwork     = "network"            // the exchange broke
	codeBusy        = "busy"               // too much at a time
	codeAborted     = "aborted"            // the action gave the request up, or has ended
	codeLimit       = "limit"              // the execution has passed one, and ends
	codeUnknown     = "secret_unknown"
	codeSecretHost  = "secret_host_denied"
	codeUnavailable = "unavailable"   // the store of caches or counters does not answer, or there is none
	codeFull        = "counters_full" // no room for another durable counter
)

// refusal is why an operation came to nothing, in words for the author of the action. It never holds a secret, nor an address that a name stands for.
type refusal struct {
	code, message string
	failure       *vm.Failure // if it ends the execution
}

func (r *refusal) Error() string { return r.message }

func refuse(code, format string, args ...any) *refusal {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// exceeded is the refusal that ends an execution.
func exceeded(limit string, most int, message string) *refusal {
	return &refusal{code: codeLimit, message: message, failure: &vm.Failure{Kind: vm.FailRequestLimit, Limit: fmt.Sprintf("%s %d", limit, most), Message: message}}
}

// hostError is what the action gets for an error.
func hostError(err error) *vm.HostError {
	r := asRefusal(err)
	return &vm.HostError{Failure: r.failure, Name: "TypeError", Code: r.code, Message: r.message}
}

func asRefusal(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return refuse(codeNetwork, "the request failed")
}

var errAborted = refuse(codeAborted, "the request was given up")

// explain turns what the transport says about an exchange with host into a refusal. The transport's own texts are not shown: they may hold addresses, and parts of what was sent.
func explain(ctx context.Context, err error, host string) *refusal {
	var (
		r           *refusal
		dns         *net.DNSError
		op          *net.OpError
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		record      tls.RecordHeaderError
		timeout     net.Error
	)
	switch {
	case errors.As(context.Cause(ctx), &r), errors.As(err, &r):
		return r
	case ctx.Err() != nil:
		return errAborted
	case errors.As(err, &dns) && dns.IsNotFound:
		return refuse(codeDNS, "there is no host %s", host)
	case errors.As(err, &dns):
		return refuse(codeDNS, "the name %s could not be looked up", host)
	case errors.As(err, &certificate):
		return refuse(codeTLS, "the certificate of %s is not valid: %s", host, clip(certificate.Err.Error(), 200))
	case errors.As(err, &timeout) && timeout.Timeout():
		return refuse(codeTimeout, "%s does not answer in time", host)
	case errors.As(err, &alert), errors.As(err, &record), errors.Is(err, errHandshake):
		return refuse(codeTLS, "no TLS connection to %s", host)
	case errors.As(err, &op) && op.Op == "dial":
		return refuse(codeConnect, "%s takes no connection", host)
	case tooManyHeaders(err):
		return refuse(codeTooLarge, "the headers of the answer of %s have more than %d bytes", host, maxAnswerHeader)
	}
	return refuse(codeNetwork, "the connection to %s broke", host)
}

// tooManyHeaders knows the two errors for which package http has no names.
func tooManyHeaders(err error) bool {
	text := err.Error()
	return strings.Contains(text, "response headers exceeded") || strings.Contains(text, "response header list larger")
}

// clip cuts s to n bytes, and not inside a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
