package bundler

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// hostGlobal matches a declaration at the beginning of a line, as those of a module stand, that has the name of something that every action has. It is text that is looked at, and not syntax: the worst that
// comes of it is a warning too many or too few.
var hostGlobal = regexp.MustCompile(`(?m)^(?:export[ \t]+)?(?:const|let|var|class|(?:async[ \t]+)?function\*?)[ \t]+` +
	`(durward|console|fetch|Headers|Request|Response|FormData|Blob|URL|URLSearchParams|TextEncoder|TextDecoder|AbortController|AbortSignal|crypto|setTimeout|setInterval|clearTimeout|clearInterval|` +
	`queueMicrotask|structuredClone|atob|btoa|Promise|Object|Array|String|Number|Boolean|Symbol|Map|Set|Date|Math|JSON|Error|RegExp|Proxy|Reflect|globalThis|undefined)\b.*$`)

// shadowed warns of declarations in the action's files that hide a global: what is written below means something else than it seems to. Taking the name for a package's counterpart is no accident, though.
func shadowed(src Source) []Diagnostic {
	var found []Diagnostic
	for _, name := range src.paths() {
		content := withoutMark(src.Files[name])
		if key, _ := SplitModule(name); key != "" || path.Ext(name) == ".json" {
			continue
		}
		for _, m := range hostGlobal.FindAllStringSubmatchIndex(content, -1) {
			global := content[m[2]:m[3]]
			if line := content[m[0]:m[1]]; strings.Contains(line, "require(") || strings.Contains(line, "globalThis.") {
				continue
			}
			d := at(name, content, m[2], m[3], fmt.Sprintf("%s hides the global of this name in the whole file", global), "Choose another name, unless that is what you want.")
			d.Severity = SeverityWarning
			found = append(found, d)
		}
	}
	return found
}
