package bundler

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// A bundle is made by putting esbuild's own ES module into a function, and its list of exports into what that function returns. What esbuild makes for a classic script instead defines each export as a getter and
// copies it once more, which takes as long as a small action itself, each time it runs; and it is not strict, as a module is.
const (
	strictly = `"use strict";`
	opening  = strictly + `
var $action = (() => {`
)

// How an ES module ends as esbuild prints it: with a list of exports, or with what a CommonJS entry exports.
var (
	exportList = regexp.MustCompile(`^\nexport \{\n((?:  [^\n]+\n)+)\};\n$`)
	exportAll  = regexp.MustCompile(`^\nexport default (require_[\w$]+\(\);\n)$`)
)

// closed closes what opening opens. What is not strict loses the directive, and keeps its line.
func closed(script []byte, strict bool) []byte {
	if !strict {
		script = bytes.Replace(script, []byte(strictly), []byte("// not strict"), 1)
	}
	if at, all := last(script, "\nexport default ", exportAll); all != nil {
		return slices.Concat(script[:at], []byte("\nreturn "), all, []byte("})();\n"))
	}
	at, list := last(script, "\nexport {\n", exportList)
	if list == nil {
		return slices.Concat(script, []byte("return {};\n})();\n"))
	}
	out := slices.Concat(script[:at], []byte("\nreturn {\n"))
	for line := range bytes.Lines(list) {
		name := bytes.TrimRight(bytes.TrimSpace(line), ",")
		local, exported, renamed := bytes.Cut(name, []byte(" as "))
		if !renamed {
			exported = local
		}
		out = append(append(append(append(append(out, "  "...), exported...), ": "...), local...), ",\n"...)
	}
	return append(out, "};\n})();\n"...)
}

// last finds the end of a script that begins with a text, and returns what its pattern captures; nil if the script does not end so. Searching all of a large script for the pattern takes as long as parsing it.
func last(script []byte, begin string, pattern *regexp.Regexp) (at int, captured []byte) {
	at = bytes.LastIndex(script, []byte(begin))
	if at < 0 {
		return 0, nil
	}
	if found := pattern.FindSubmatch(script[at:]); found != nil {
		captured = found[1]
	}
	return at, captured
}

// hasCommonJS says whether something of a CommonJS module is in the bundle. Such a file may rely on not being strict, and so nothing of the bundle is, but for what has a directive of its own.
func hasCommonJS(metafile string) bool {
	var meta struct {
		Inputs map[string]struct {
			Format string `json:"format"`
		} `json:"inputs"`
		Outputs map[string]struct {
			Inputs map[string]struct {
				Bytes int `json:"bytesInOutput"`
			} `json:"inputs"`
		} `json:"outputs"`
	}
	if json.Unmarshal([]byte(metafile), &meta) != nil {
		return true
	}
	for _, output := range meta.Outputs {
		for name, part := range output.Inputs {
			if part.Bytes > 0 && meta.Inputs[name].Format == "cjs" {
				return true
			}
		}
	}
	return false
}
