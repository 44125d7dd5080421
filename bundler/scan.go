package bundler

import (
	"fmt"
	"regexp"
	"strings"
)

// scanned is what one look at a file's tokens finds.
type scanned struct {
	comments []span
	faults   []Diagnostic
}

// span is a range of bytes.
type span struct{ start, end int }

// scan looks at a file's tokens, once and without recursion, before anything parses it. Parsers recurse, and die of a file that is
// nothing but brackets; and a regular expression with modifiers, which goja would get wrong, can be found only here.
//
// It tells regular expressions from divisions by what stands before, as far as that goes without parsing. Where it is wrong it
// takes a bit of text for code or the reverse, which is harmless: the limits are far from what anybody writes.
func scan(file, content string) scanned {
	s := scanner{file: file, src: content, before: atStart}
	for s.fault == nil && s.pos < len(s.src) {
		s.next()
	}
	if s.fault != nil {
		s.found.faults = append(s.found.faults, *s.fault)
	}
	return s.found
}

// before is what the token before was, as far as it says what the next one can be.
type before int

const (
	atStart      before = iota // of a file or a statement
	afterValue                 // an operator comes next, or the end of the statement
	afterOp                    // a value comes next
	afterWord                  // an operator or keyword that is a word, such as return or typeof: a value comes next
	afterHead                  // the condition of if, while, for or with: a statement comes next
	afterArrow                 // =>
	afterColon                 // : of a property, a label, a type or a condition
	afterKeyword               // else, do, try, finally: a statement comes next
	afterIf                    // if, while, for, with: a condition in brackets comes next
)

// bracket is one that is open.
type bracket struct {
	char  byte // ( [ { or, within a template, $
	pos   int
	head  bool // a ( after if, while, for or with
	value bool // a { that begins an object, not a block
	chain int  // the scanner's chain outside
}

type scanner struct {
	file, src string
	pos       int
	before    before
	lineBreak bool // since the token before
	open      []bracket
	// prefix counts prefix operators that follow one another, chain arrows, conditions and assignments without a comma or a new
	// statement between them. Each nests what follows it.
	prefix, chain int
	found         scanned
	fault         *Diagnostic
}

func (s *scanner) next() {
	c := s.src[s.pos]
	switch {
	case c == '\n':
		s.lineBreak = true
		s.pos++
	case c == ' ' || c == '\t' || c == '\r':
		s.pos++
	case s.at("//"), c == '#' && s.pos == 0 && s.at("#!"):
		s.comment("\n")
	case s.at("/*"):
		s.comment("*/")
	case c == '"' || c == '\'':
		s.str(c)
	case c == '`':
		s.pos++
		s.template()
	case c == '/':
		s.slash()
	case c == '(' || c == '[' || c == '{':
		s.push(c)
	case c == ')' || c == ']' || c == '}':
		s.pop(c)
	case isWordByte(c):
		s.word()
	default:
		s.operator(c)
	}
}

func (s *scanner) at(prefix string) bool { return strings.HasPrefix(s.src[s.pos:], prefix) }

// comment passes over a comment that ends with end, or with the file.
func (s *scanner) comment(end string) {
	start := s.pos
	if i := strings.Index(s.src[s.pos+2:], end); i >= 0 {
		s.pos += 2 + i + len(end)
	} else {
		s.pos = len(s.src)
	}
	if strings.Contains(s.src[start:s.pos], "\n") {
		s.lineBreak = true
	}
	s.found.comments = append(s.found.comments, span{start, s.pos})
}

// str passes over a string; it ends at the end of the line if it is not closed.
func (s *scanner) str(quote byte) {
	s.value()
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch s.src[s.pos] {
		case '\\':
			s.pos++
		case '\n':
			return
		case quote:
			s.pos++
			return
		}
	}
}

// template passes over the text of a template, to its end or to the next ${.
func (s *scanner) template() {
	for ; s.pos < len(s.src); s.pos++ {
		switch s.src[s.pos] {
		case '\\':
			s.pos++
		case '`':
			s.pos++
			s.value()
			return
		case '$':
			if s.at("${") {
				s.pos++
				s.push('$')
				return
			}
		}
	}
}

// value notes a token that is a value, and a new statement if it cannot belong to the one before.
func (s *scanner) value() {
	if s.before == afterValue && s.lineBreak {
		s.chain = 0
	}
	s.token(afterValue)
	s.prefix = 0
}

func (s *scanner) token(b before) { s.before, s.lineBreak = b, false }

// slash is a regular expression where a value can stand, else an operator.
func (s *scanner) slash() {
	if s.before != afterValue {
		if end, ok := s.regexpEnd(); ok {
			s.checkRegexp(s.pos, end)
			s.pos = end
			s.value()
			return
		}
	}
	s.pos++
	s.token(afterOp)
}

// regexpEnd finds the slash that ends a regular expression, which must be on the same line.
func (s *scanner) regexpEnd() (int, bool) {
	inClass := false
	for i := s.pos + 1; i < len(s.src); i++ {
		switch s.src[i] {
		case '\\':
			i++
		case '[':
			inClass = true
		case ']':
			inClass = false
		case '\n':
			return 0, false
		case '/':
			if !inClass {
				return i + 1, true
			}
		}
	}
	return 0, false
}

var modifiers = regexp.MustCompile(`^\(\?[ims]*(-[ims]*)?:`)

// checkRegexp refuses modifiers such as (?i:…).
func (s *scanner) checkRegexp(start, end int) {
	inClass := false
	for i := start; i < end; i++ {
		switch s.src[i] {
		case '\\':
			i++
		case '[':
			inClass = true
		case ']':
			inClass = false
		case '(':
			if m := modifiers.FindString(s.src[i:end]); !inClass && len(m) > len("(?:") {
				s.found.faults = append(s.found.faults, at(s.file, s.src, i, i+len(m),
					"Modifiers such as (?i:…) are not available in regular expressions", "Set the flag for the whole expression, for example /…/i."))
				return
			}
		}
	}
}

func (s *scanner) push(c byte) {
	if len(s.open) == MaxNesting {
		s.refuse("Brackets are nested too deeply", fmt.Sprintf("At most %d may be open at once.", MaxNesting))
		return
	}
	if s.before == afterValue && s.lineBreak && c == '{' {
		s.chain = 0
	}
	s.open = append(s.open, bracket{char: c, pos: s.pos, head: c == '(' && s.before == afterIf, value: c == '{' && s.beginsObject(), chain: s.chain})
	s.pos++
	s.prefix, s.chain = 0, 0
	if c == '{' {
		s.token(atStart)
	} else {
		s.token(afterOp)
	}
}

// beginsObject tells an object from a block by what stands before the bracket.
func (s *scanner) beginsObject() bool {
	switch s.before {
	case afterOp, afterWord:
		return true
	case afterColon:
		n := len(s.open)
		return n > 0 && (s.open[n-1].char != '{' || s.open[n-1].value)
	}
	return false
}

func (s *scanner) pop(c byte) {
	s.pos++
	s.prefix = 0
	n := len(s.open)
	if n == 0 {
		s.token(atStart)
		return
	}
	b := s.open[n-1]
	s.open = s.open[:n-1]
	s.chain = b.chain
	switch {
	case b.char == '$' && c == '}':
		s.template()
	case b.head:
		s.token(afterHead)
	case c == '}' && !b.value:
		s.chain = 0
		s.token(atStart)
	default:
		s.token(afterValue)
	}
}

// words are the keywords that say what can come next.
var keywords = map[string]before{
	"return": afterWord, "typeof": afterWord, "instanceof": afterWord, "in": afterWord, "of": afterWord, "new": afterWord, "delete": afterWord,
	"void": afterWord, "throw": afterWord, "case": afterWord, "yield": afterWord, "await": afterWord, "extends": afterWord, "default": afterWord,
	"else": afterKeyword, "do": afterKeyword, "try": afterKeyword, "finally": afterKeyword,
	"if": afterIf, "while": afterIf, "for": afterIf, "with": afterIf,
}

// prefixWords are the prefix operators that are words.
var prefixWords = map[string]bool{"typeof": true, "void": true, "delete": true, "await": true, "new": true, "yield": true}

func (s *scanner) word() {
	start := s.pos
	for s.pos < len(s.src) && isWordByte(s.src[s.pos]) {
		s.pos++
	}
	word := s.src[start:s.pos]
	kind, isKeyword := keywords[word]
	if isKeyword && !s.isMember(start) {
		if prefixWords[word] {
			s.nestPrefix()
		}
		if s.before == afterValue && s.lineBreak {
			s.chain = 0
		}
		s.token(kind)
		return
	}
	s.value()
}

// isMember reports whether the word at start is a property's name, as in x.default.
func (s *scanner) isMember(start int) bool {
	return start > 0 && s.src[start-1] == '.' && !strings.HasSuffix(s.src[:start], "...")
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (s *scanner) operator(c byte) {
	start := s.pos
	switch {
	case c == ';':
		s.pos++
		s.chain, s.prefix = 0, 0
		s.token(atStart)
	case c == ',':
		s.pos++
		s.chain, s.prefix = 0, 0
		s.token(afterOp)
	case c == ':':
		s.pos++
		s.token(afterColon)
	case s.at("=>"):
		s.pos += 2
		s.nestChain(start)
		s.token(afterArrow)
	case s.at("++") || s.at("--"):
		s.pos += 2
		if s.before != afterValue {
			s.nestPrefix()
		}
	case s.at("?.") || s.at("??"):
		s.pos += 2
		s.token(afterOp)
	case s.at("==") || s.at("!=") || s.at("<=") || s.at(">="):
		s.pos += 2
		s.token(afterOp)
	case c == '?' || c == '=' || s.at("**"):
		s.pos++
		s.nestChain(start)
		s.token(afterOp)
	case c == '!' && s.before == afterValue && !s.lineBreak: // TypeScript's x!
		s.pos++
	case c == '!' || c == '~' || c == '+' || c == '-':
		s.pos++
		if s.before != afterValue {
			s.nestPrefix()
		}
		s.token(afterOp)
	default:
		s.pos++
		s.token(afterOp)
	}
}

func (s *scanner) nestPrefix() {
	if s.prefix++; s.prefix > MaxNesting {
		s.refuse("Too many operators in a row", fmt.Sprintf("At most %d may follow one another.", MaxNesting))
	}
}

func (s *scanner) nestChain(start int) {
	if s.chain++; s.chain > MaxNesting {
		s.pos = start
		s.refuse("The expression is too long", fmt.Sprintf("At most %d arrows, conditions and assignments may be in one; break it up.", MaxNesting))
	}
}

func (s *scanner) refuse(text, hint string) {
	s.pos = min(s.pos, len(s.src)-1)
	d := at(s.file, s.src, s.pos, s.pos+1, text, hint)
	s.fault = &d
}
