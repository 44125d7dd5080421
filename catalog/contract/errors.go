package contract

import "fmt"

// MalformedError is a body that is not JSON.
type MalformedError struct {
	// Offset is where it was noticed, in bytes from the start of the body.
	Offset int64
	// Pointer is the JSON pointer (RFC 6901) of the value within which it was noticed.
	Pointer string
	Detail  string
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("malformed JSON at byte %d: %s", e.Offset, e.Detail)
}

// FieldError is a member of a call that breaks the contract. Its text is written for users.
type FieldError struct {
	// Pointer is the JSON pointer (RFC 6901) of the member, clipped if it is very long.
	Pointer string
	Detail  string
}

func (e *FieldError) Error() string {
	if e.Pointer == "" {
		return e.Detail
	}
	return e.Pointer + ": " + e.Detail
}

// FieldErrors are the members of one call that break the contract, in the order of the body: at least one, at most [MaxFieldErrors].
type FieldErrors []*FieldError

func (e FieldErrors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
}

// Unwrap makes each of them visible to errors.As.
func (e FieldErrors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, f := range e {
		errs[i] = f
	}
	return errs
}
