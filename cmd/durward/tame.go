package main

import (
	"bytes"
	"fmt"
	"io"
)

// tame escapes, in whatever a command writes, the characters with which a text that somebody else wrote could send commands to the terminal or turn its direction around. It writes \u and
// four digits, which within a JSON string mean the same character.
type tame struct{ to io.Writer }

// Write expects whole characters.
func (t tame) Write(p []byte) (int, error) {
	safe := p
	if bytes.ContainsFunc(p, commands) {
		safe = nil
		for _, r := range string(p) {
			if commands(r) {
				safe = fmt.Appendf(safe, `\u%04x`, r)
			} else {
				safe = append(safe, string(r)...)
			}
		}
	}
	if _, err := t.to.Write(safe); err != nil {
		return 0, err
	}
	return len(p), nil
}

// commands says whether a character does something to a terminal: the controls (ECMA-48; U+009B alone begins a sequence) except tab and newline, and those of the bidirectional algorithm
// (UAX #9), which can show a text in another order than it has.
func commands(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}
