package bundler

import (
	"bytes"
	"encoding/json"
	"regexp"

	"github.com/evanw/esbuild/pkg/api"
)

// A bundle of ES modules is made by putting esbuild's own ES module into a function, and its list of exports into what that function returns. What esbuild makes for a classic script
// instead defines each export as a getter and copies it once more, which takes as long as a small action itself, each time it runs; and it is not strict, as a module is.
const opening = `"use strict";
var $action = (() => {`

// exportList is the end of an ES module as esbuild prints it.
var exportList = regexp.MustCompile(`\n?export \{\n((?:  [^\n]+\n)+)\};\n$`)

// closed closes what opening opens. A script without the opening is returned as it is.
func closed(script []byte) []byte {
	if !bytes.HasPrefix(script, []byte(opening)) {
		return script
	}
	at := exportList.FindSubmatchIndex(script)
	if at == nil {
		return append(script, "return {};\n})();\n"...)
	}
	out := append(bytes.Clone(script[:at[0]]), "\nreturn {\n"...)
	for line := range bytes.Lines(script[at[2]:at[3]]) {
		name := bytes.TrimRight(bytes.TrimSpace(line), ",")
		local, exported, renamed := bytes.Cut(name, []byte(" as "))
		if !renamed {
			exported = local
		}
		out = append(append(append(append(append(out, "  "...), exported...), ": "...), local...), ",\n"...)
	}
	return append(out, "};\n})();\n"...)
}

// hasCommonJS says whether something of a CommonJS module is in the bundle. Such a file may rely on not being strict, and so the whole bundle is made as a classic script.
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

func sloppy(o api.BuildOptions) api.BuildOptions {
	o.Format, o.GlobalName, o.Banner = api.FormatIIFE, "$action", nil
	return o
}
