package bundler

import (
	"regexp"
	"strings"
)

// pointer matches the start of what can be a comment that names a source map.
var pointer = regexp.MustCompile(`/[/*][#@][ \t]*sourceMappingURL`)

// defuse makes content free of comments that name a source map: esbuild reads the file that they name from the disk, past any plugin.
//
// In a comment the # or @ becomes a space, which keeps every place where it is. Outside of what the scanner takes for
// comments nothing is left to chance either: there the s is written as an escape, which means the same in a string, a template
// and a regular expression.
func defuse(content string, comments []span) string {
	if !strings.Contains(content, "sourceMappingURL") {
		return content
	}
	var out strings.Builder
	done := 0
	for _, m := range pointer.FindAllStringIndex(content, -1) {
		start, end := m[0], m[1]
		for len(comments) > 0 && comments[0].end <= start {
			comments = comments[1:]
		}
		if len(comments) > 0 && comments[0].start <= start {
			out.WriteString(content[done:start+2] + " ")
			done = start + 3
			continue
		}
		word := end - len("sourceMappingURL")
		out.WriteString(content[done:word] + `\u0073`)
		done = word + 1
	}
	out.WriteString(content[done:])
	return out.String()
}
