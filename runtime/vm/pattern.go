package vm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// repairPattern writes a regular expression in such a way that goja's engines match what it matches by the standard. goja has two: Go's own, and regexp2 for what Go's does not have.
//
//   - Both fold case as the standard does with flag u only: without it k is not U+212A. Letters become sets, and the flag i goes.
//   - Both know only \n as the end of a line. With flag m, ^ and $ become looks behind and ahead.
//   - regexp2 has its own idea of . and \b.
//   - Go's takes \p{…} for the letter p, and regexp2 knows scripts by names that the standard does not.
//
// An expression that it does not understand is returned as it is: goja has to say what is wrong. The error says so where goja would not.
func repairPattern(pattern, flags string) (newPattern, newFlags string, err error) {
	p := patternRepair{text: pattern, unicode: strings.Contains(flags, "u"), lines: strings.Contains(flags, "m"), all: strings.Contains(flags, "s")}
	p.look()
	p.fold = strings.Contains(flags, "i") && !p.unicode && !p.refers
	if p.lines && p.anchored {
		p.second = true
	}
	for p.at < len(p.text) {
		p.next()
		if p.failure != nil {
			return "", "", p.failure
		}
		if p.odd {
			return pattern, flags, nil
		}
	}
	out := p.out.String()
	if p.property && !p.repaired() {
		out = second + out
	}
	if p.fold {
		flags = strings.ReplaceAll(flags, "i", "")
	}
	return out, flags, nil
}

type patternRepair struct {
	text     string
	at       int
	out      strings.Builder
	unicode  bool // flag u
	lines    bool // flag m
	all      bool // flag s
	fold     bool // letters become sets
	second   bool // regexp2 runs it
	refers   bool // it has a reference to a group
	anchored bool // it has ^ or $
	property bool // it has \p{…}
	odd      bool // it cannot be understood
	failure  error
}

// What the standard means, as both engines understand it.
const (
	notLineEnd  = `[^\n\r\u2028\u2029]`
	lineStart   = `(?<!` + notLineEnd + `)`
	lineEnd     = `(?!` + notLineEnd + `)`
	wordChar    = `[A-Za-z0-9_]`
	boundary    = `(?:(?<=` + wordChar + `)(?!` + wordChar + `)|(?<!` + wordChar + `)(?=` + wordChar + `))`
	notBoundary = `(?:(?<=` + wordChar + `)(?=` + wordChar + `)|(?<!` + wordChar + `)(?!` + wordChar + `))`
)

// second matches always, and sends an expression to regexp2.
const second = `(?=)`

// repaired says whether an expression with properties is the source of one that was repaired before.
func (p *patternRepair) repaired() bool { return strings.HasPrefix(p.text, second) }

// look finds out which engine runs the expression, before anything is written.
func (p *patternRepair) look() {
	inClass := false
	for i := 0; i < len(p.text); i++ {
		switch rest := p.text[i:]; {
		case rest[0] == '\\' && len(rest) > 1:
			i++
			p.refers = p.refers || !inClass && (rest[1] >= '1' && rest[1] <= '9' || rest[1] == 'k')
			p.property = p.property || p.unicode && (rest[1] == 'p' || rest[1] == 'P')
		case inClass:
			inClass = rest[0] != ']'
		case rest[0] == '[':
			inClass = true
		case rest[0] == '^', rest[0] == '$':
			p.anchored = true
		case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") || strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
			p.second = true
		}
	}
	p.second = p.second || p.refers
}

// keep copies n bytes.
func (p *patternRepair) keep(n int) {
	p.out.WriteString(p.text[p.at : p.at+n])
	p.at += n
}

// put writes text in the place of n bytes.
func (p *patternRepair) put(text string, n int) {
	p.out.WriteString(text)
	p.at += n
}

func (p *patternRepair) next() {
	switch c := p.text[p.at]; {
	case c == '\\':
		p.escape()
	case c == '[':
		p.class()
	case c == '.' && p.second && !p.all:
		p.put(notLineEnd, 1)
	case c == '^' && p.lines:
		p.put(lineStart, 1)
	case c == '$' && p.lines:
		p.put(lineEnd, 1)
	case c == '(':
		p.group()
	default:
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		p.letter(r, size)
	}
}

// group copies the beginning of a group, with its name if it has one.
func (p *patternRepair) group() {
	rest := p.text[p.at:]
	switch {
	case !strings.HasPrefix(rest, "(?"):
		p.keep(1)
	case strings.HasPrefix(rest, "(?:"), strings.HasPrefix(rest, "(?="), strings.HasPrefix(rest, "(?!"):
		p.keep(3)
	case strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		p.keep(4)
	case strings.HasPrefix(rest, "(?<") && strings.Contains(rest, ">"):
		p.keep(strings.IndexByte(rest, '>') + 1)
	default:
		p.failure = errors.New("invalid group") // regexp2 knows more kinds of groups than the standard
	}
}

// letter writes a character of the text, in all its cases if case does not matter.
func (p *patternRepair) letter(r rune, size int) {
	others := cases(r, r)
	if !p.fold || len(others) == 0 {
		p.keep(size)
		return
	}
	p.put("["+set(append(others, r))+"]", size)
}

func (p *patternRepair) escape() {
	rest := p.text[p.at+1:]
	switch {
	case rest == "":
		p.odd = true
	case p.second && rest[0] == 'b':
		p.put(boundary, 2)
	case p.second && rest[0] == 'B':
		p.put(notBoundary, 2)
	case p.property && (rest[0] == 'p' || rest[0] == 'P'):
		p.propertyEscape()
	case rest[0] == 'k' && strings.HasPrefix(rest, "k<") && strings.Contains(rest, ">"):
		p.keep(1 + strings.IndexByte(rest, '>') + 1)
	default:
		r, size := p.escaped()
		if r < 0 {
			p.keep(size)
		} else {
			p.letter(r, size)
		}
	}
}

// escaped reads an escape: the character that it stands for, or -1 if it stands for anything else, and how long it is.
func (p *patternRepair) escaped() (r rune, size int) {
	rest := p.text[p.at+1:]
	switch c := rest[0]; {
	case c == 'x' && len(rest) > 2:
		return p.hex(rest[1:3], 4)
	case c == 'u' && p.unicode:
		return -1, 2 // with this flag nothing is done to characters
	case c == 'u' && len(rest) > 4:
		return p.hex(rest[1:5], 6)
	case c == 'c' && len(rest) > 1 && unicode.IsLetter(rune(rest[1])):
		return -1, 3
	case strings.IndexByte("dDwWsSbBfnrtv123456789", c) >= 0:
		return -1, 2
	case c == '0' && (len(rest) == 1 || rest[1] < '0' || rest[1] > '9'):
		return -1, 2
	case c >= utf8.RuneSelf || c == '0' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		p.odd = p.fold // a letter, or an octal number
	}
	return -1, 2
}

func (p *patternRepair) hex(digits string, size int) (rune, int) {
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		p.odd = true
		return -1, 2
	}
	return rune(n), size
}

// class copies a set. Where case does not matter it gets the other cases of what is in it.
func (p *patternRepair) class() {
	p.keep(1)
	if strings.HasPrefix(p.text[p.at:], "^") {
		p.keep(1)
	}
	var others []rune
	from := rune(-1) // the character before, if a range can begin with it
	ranging := false // there is a - after it
	var body strings.Builder
	for {
		if p.at >= len(p.text) {
			p.odd = true
			return
		}
		if p.text[p.at] == ']' {
			break
		}
		r, size := p.classAtom(&body)
		if p.odd || p.failure != nil {
			return
		}
		p.at += size
		switch {
		case r == '-' && size == 1 && !ranging && from >= 0:
			ranging = true
		case ranging && r >= 0:
			others = append(others, cases(from, r)...)
			from, ranging = -1, false
		default:
			from, ranging = r, false
			if r >= 0 {
				others = append(others, cases(r, r)...)
			}
		}
	}
	text := body.String()
	if p.fold && len(others) > 0 {
		if strings.HasPrefix(text, "-") {
			text = `\` + text
		}
		text = set(others) + text
	}
	p.out.WriteString(text)
	p.keep(1)
}

// classAtom writes one element of a set to body, and returns the character that it stands for, or -1, and its length.
func (p *patternRepair) classAtom(body *strings.Builder) (r rune, size int) {
	if p.text[p.at] != '\\' {
		r, size = utf8.DecodeRuneInString(p.text[p.at:])
		if r == '[' { // [:alpha:] and -[b] mean something to the engines
			body.WriteByte('\\')
		}
		body.WriteString(p.text[p.at : p.at+size])
		return r, size
	}
	rest := p.text[p.at+1:]
	switch {
	case rest == "":
		p.odd = true
		return -1, 1
	case p.property && (rest[0] == 'p' || rest[0] == 'P'):
		name, size := p.propertyName()
		body.WriteString(name)
		return -1, size
	}
	r, size = p.escaped()
	size = min(size, len(p.text)-p.at)
	body.WriteString(p.text[p.at : p.at+size])
	return r, size
}

func (p *patternRepair) propertyEscape() {
	name, size := p.propertyName()
	p.put(name, size)
}

// propertyName reads \p{…} and returns it as regexp2 knows it.
func (p *patternRepair) propertyName() (text string, size int) {
	name, _, closed := strings.Cut(p.text[p.at+2:], "}")
	if !closed || !strings.HasPrefix(name, "{") {
		p.failure = errors.New("invalid property name")
		return "", 2
	}
	size, name = len(`\p`)+len(name)+1, name[1:]
	key, value, isPair := strings.Cut(name, "=")
	_, isScript := unicode.Scripts[value]
	_, bareScript := unicode.Scripts[name]
	switch {
	case isPair && (key == "Script" || key == "sc") && isScript, isPair && (key == "General_Category" || key == "gc") && !isScript:
		name = value
	case isPair, bareScript && !p.repaired():
		p.failure = fmt.Errorf("invalid property name %s", clip(name, 40))
	}
	return p.text[p.at:p.at+2] + "{" + name + "}", size
}

// set writes characters as they stand in a set, those in a row as a range.
func set(runes []rune) string {
	slices.Sort(runes)
	runes = slices.Compact(runes)
	var out strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end+1 < len(runes) && runes[end+1] == runes[end]+1 {
			end++
		}
		writeRune(&out, runes[i])
		if end > i+1 {
			out.WriteByte('-')
		}
		if end > i {
			writeRune(&out, runes[end])
		}
		i = end + 1
	}
	return out.String()
}

func writeRune(out *strings.Builder, r rune) {
	if r < utf8.RuneSelf { // only letters have cases
		out.WriteRune(r)
	} else {
		fmt.Fprintf(out, `\u%04x`, r)
	}
}

// cases are the other cases of the characters in a range.
func cases(from, to rune) []rune {
	var others []rune
	for c := max(from, 'A'); c <= min(to, 'z'); c++ {
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			others = append(others, c^0x20)
		}
	}
	if to < utf8.RuneSelf {
		return others
	}
	for _, group := range caseGroups() {
		for _, c := range group {
			if from <= c && c <= to {
				others = append(others, group...)
				break
			}
		}
	}
	return others
}

// caseGroups are the characters beyond ASCII that are the same but for their case (ECMAScript, Canonicalize, without flag u): those with one upper-case letter in common, if that is one code unit and
// not ASCII.
var caseGroups = sync.OnceValue(func() [][]rune {
	byUpper := map[rune][]rune{}
	for c := rune(utf8.RuneSelf); c <= 0xffff; c++ {
		upper := unicode.ToUpper(c)
		if upper < utf8.RuneSelf || upper > 0xffff || expands(c) {
			upper = c
		}
		byUpper[upper] = append(byUpper[upper], c)
	}
	var groups [][]rune
	for _, group := range byUpper {
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	return groups
})

// expands says whether a character has an upper case of several characters, and another one for titles that Go takes for its upper case: Greek letters with an iota below.
func expands(c rune) bool {
	return c >= 0x1f80 && c <= 0x1faf || c == 0x1fb3 || c == 0x1fbc || c == 0x1fc3 || c == 0x1fcc || c == 0x1ff3 || c == 0x1ffc
}
