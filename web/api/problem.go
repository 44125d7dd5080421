package api

import "fmt"

// ProblemType is the media type of a [Problem] (RFC 9457).
const ProblemType = "application/problem+json"

// Problem is the body of every answer that is not a success.
type Problem struct {
	Type      string `json:"type" doc:"A URI that names the kind of problem: urn:durward:problem: and the code."`
	Title     string `json:"title" doc:"What the code means, always in the same words."`
	Status    int    `json:"status" doc:"The HTTP status."`
	Code      string `json:"code" enum:"problem" doc:"A word for machines, which does not change."`
	Detail    string `json:"detail,omitempty" doc:"What is wrong this time."`
	RequestID string `json:"request_id" doc:"Names the request in the server's log."`

	Errors      []FieldError `json:"errors,omitempty" doc:"The members of the request that are at fault."`
	Diagnostics []Diagnostic `json:"diagnostics,omitempty" doc:"build_failed: what is wrong with the sources, and where."`
	Offset      *int64       `json:"offset,omitempty" doc:"malformed_json: where it was noticed, in bytes from the start of the body."`
	Role        string       `json:"role,omitempty" enum:"actor_role" doc:"forbidden: the role that is needed."`
}

// FieldError is a member of a request that is at fault.
type FieldError struct {
	Pointer string `json:"pointer" doc:"JSON pointer (RFC 6901) within the body; empty: the body as a whole. For a query parameter: its name after a question mark."`
	Detail  string `json:"detail" doc:"What is wrong with it and, where possible, what would be right."`
	Line    int    `json:"line,omitzero" doc:"Where in a member that is an expression; counts from 1, absent for any other."`
	Column  int    `json:"column,omitzero" doc:"Counts from 1, in UTF-16 code units."`
	Hint    string `json:"hint,omitempty" doc:"What may be meant, where that is known."`
}

// Error returns it in one line: the pointer, the place, what is wrong, and what may be meant.
func (e *FieldError) Error() string {
	text := e.Pointer
	if e.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if text != "" {
		text += ": "
	}
	text += e.Detail
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// Error returns the problem in one line, so that a client can return it as an error.
func (p *Problem) Error() string {
	text := p.Title
	if p.Detail != "" {
		text = p.Detail
	}
	for _, e := range p.Errors {
		text += "; " + e.Error()
	}
	return text
}
