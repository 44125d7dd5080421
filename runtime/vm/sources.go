package vm

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja/file"
)

// sources are the author's files as the source map carries them, for the text of a line in a failure.
type sources struct {
	content map[string]string
	names   []string          // in the order of the source map
	written map[string]string // the names by how goja writes them: as relative addresses
}

func readSources(sourceMap []byte) (*sources, error) {
	s := &sources{content: map[string]string{}, written: map[string]string{}}
	if sourceMap == nil {
		return s, nil
	}
	var m struct {
		Sources        []string `json:"sources"`
		SourcesContent []string `json:"sourcesContent"`
	}
	if err := json.Unmarshal(sourceMap, &m); err != nil {
		return nil, err
	}
	s.names = m.Sources
	for i, name := range m.Sources {
		if address := file.ResolveSourcemapURL(scriptName, name); address != nil {
			s.written[address.String()] = name
		}
		if i < len(m.SourcesContent) {
			s.content[name] = m.SourcesContent[i]
		}
	}
	return s, nil
}

// frames completes frames with the text of their lines and leaves out those that are not in the author's files.
func (s *sources) frames(frames ...Frame) []Frame {
	kept := frames[:0]
	for _, f := range frames {
		if name, ok := s.written[f.File]; ok {
			f.File = name
		}
		content, ok := s.content[f.File]
		if !ok {
			continue
		}
		f.Text = line(content, f.Line)
		kept = append(kept, f)
	}
	return kept
}

// maxLineText bounds the text of a line in a failure, in bytes.
const maxLineText = 200

func line(content string, number int) string {
	for range number - 1 {
		_, rest, more := cutLine(content)
		if !more {
			return ""
		}
		content = rest
	}
	text, _, _ := cutLine(content)
	return clip(text, maxLineText)
}

// cutLine cuts the first line off, where JavaScript ends one: also at a carriage return alone and at the separators of Unicode.
func cutLine(content string) (text, rest string, more bool) {
	i := strings.IndexAny(content, "\n\r\u2028\u2029")
	if i < 0 {
		return content, "", false
	}
	_, size := utf8.DecodeRuneInString(content[i:])
	if strings.HasPrefix(content[i:], "\r\n") {
		size = 2
	}
	return content[:i], content[i+size:], true
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 { // not inside a character
		n--
	}
	return s[:n] + "…"
}

// shiftColumns returns the source map with every column, generated and original, one higher. goja looks positions up with columns from 1 in a map
// whose columns start at 0, and hands the original column on as it stands there: with columns from 1 in the map both are right.
func shiftColumns(sourceMap []byte) ([]byte, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(sourceMap, &m); err != nil {
		return nil, err
	}
	var mappings string
	if err := json.Unmarshal(m["mappings"], &mappings); err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	m["mappings"], _ = json.Marshal(shiftMappings(mappings)) // a string always encodes
	return json.Marshal(m)
}

// shiftMappings works on the deltas: the generated column starts anew on each line, the original column runs through the whole map. In base64 VLQ the
// first field of a segment is the generated column and the fourth the original one.
func shiftMappings(mappings string) string {
	var out strings.Builder
	out.Grow(len(mappings) + 64)
	shiftedOriginal := false
	for i, group := range strings.Split(mappings, ";") {
		if i > 0 {
			out.WriteByte(';')
		}
		if group == "" {
			continue
		}
		first, rest, more := strings.Cut(group, ",")
		fields := splitVLQ(first)
		if len(fields) > 0 {
			fields[0] = addVLQ(fields[0], 1)
		}
		if !shiftedOriginal && len(fields) > 3 {
			fields[3] = addVLQ(fields[3], 1)
			shiftedOriginal = true
		}
		out.WriteString(strings.Join(fields, ""))
		if more {
			out.WriteByte(',')
			out.WriteString(rest)
		}
	}
	return out.String()
}

const vlqDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// splitVLQ cuts a segment into its fields: a field ends with the first digit below 32, which has no continuation bit.
func splitVLQ(segment string) []string {
	var fields []string
	start := 0
	for i := range len(segment) {
		if strings.IndexByte(vlqDigits, segment[i]) < 32 {
			fields = append(fields, segment[start:i+1])
			start = i + 1
		}
	}
	return fields
}

func addVLQ(field string, n int) string {
	value := 0
	for i := range len(field) {
		value |= (strings.IndexByte(vlqDigits, field[i]) & 31) << (5 * i)
	}
	signed := value >> 1
	if value&1 == 1 {
		signed = -signed
	}
	signed += n
	value = signed << 1
	if signed < 0 {
		value = -signed<<1 | 1
	}
	var out []byte
	for {
		digit := value & 31
		value >>= 5
		if value > 0 {
			digit |= 32
		}
		out = append(out, vlqDigits[digit])
		if value == 0 {
			return string(out)
		}
	}
}
