package bundler

import (
	"bytes"
	"encoding/json"
	"strings"
)

// sourceMap is a source map of version 3.
type sourceMap struct {
	Version        int      `json:"version"`
	Sources        []string `json:"sources"`
	SourcesContent []string `json:"sourcesContent"`
	Mappings       string   `json:"mappings"`
	Names          []string `json:"names"`
}

// authorsMap rewrites esbuild's source map in the author's terms: the paths of the files, and their texts as they were handed in.
// Files of packages are in it by names like npm:axios@1.2.3/lib/axios.js, without texts.
func authorsMap(raw []byte, files map[string]string) ([]byte, error) {
	var m sourceMap
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if m.SourcesContent == nil { // the texts of packages are left out, for their size
		m.SourcesContent = make([]string, len(m.Sources))
	}
	for i, name := range m.Sources {
		own, isOwn := strings.CutPrefix(name, namespaceAction+":")
		if content, ok := files[own]; isOwn && ok {
			m.Sources[i], m.SourcesContent[i] = own, withoutMark(content)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
