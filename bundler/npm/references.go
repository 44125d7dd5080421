package npm

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// reference is what a declaration file refers to.
type reference struct {
	name string
	path bool // it is a path, also without a dot in front
}

var (
	// imported matches what stands behind from, import and require. It also finds some in comments and strings, which does no harm.
	imported = regexp.MustCompile(`(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"'\n\r]{1,200})["']`)
	// directive matches the comments by which files refer to others.
	directive = regexp.MustCompile(`(?m)^[ \t]*///[ \t]*<reference[ \t]+(path|types)[ \t]*=[ \t]*["']([^"'\n\r]{1,200})["']`)
)

// maxReferences bounds those of one file.
const maxReferences = 5000

func references(text string) []reference {
	var list []reference
	for _, m := range imported.FindAllStringSubmatch(text, maxReferences) {
		list = append(list, reference{name: m[1]})
	}
	for _, m := range directive.FindAllStringSubmatch(text, maxReferences) {
		list = append(list, reference{name: m[2], path: m[1] == "path"})
	}
	return list
}

// trimmedAbout is what TypeScript reads of a package.json. The order of conditions stays as it is.
func trimmedAbout(text []byte) string {
	var kept struct {
		Name          json.RawMessage `json:"name,omitzero"`
		Version       json.RawMessage `json:"version,omitzero"`
		Type          json.RawMessage `json:"type,omitzero"`
		Main          json.RawMessage `json:"main,omitzero"`
		Types         json.RawMessage `json:"types,omitzero"`
		Typings       json.RawMessage `json:"typings,omitzero"`
		TypesVersions json.RawMessage `json:"typesVersions,omitzero"`
		Exports       json.RawMessage `json:"exports,omitzero"`
		Imports       json.RawMessage `json:"imports,omitzero"`
	}
	if len(text) > maxAbout || json.Unmarshal(bytes.TrimPrefix(text, []byte(mark)), &kept) != nil {
		return "{}"
	}
	trimmed, err := json.Marshal(kept)
	if err != nil {
		return "{}"
	}
	return string(trimmed)
}
