package npm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// about is a package.json, as far as it says what an import means.
type about struct {
	Name    string
	Module  string
	Main    string
	Types   string
	Typings string
	Browser any // nil, a string, or a map[string]any
	Exports any
	Imports any
	// SideEffects says of files whether leaving them out changes anything: nil, a bool, or patterns.
	SideEffects any
}

// object is a JSON object with its members in the order in which they stand: in exports the first condition that fits counts.
type object []member

type member struct {
	name  string
	value any // nil, bool, json.Number, string, []any or object
}

func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// readAbout reads a package.json. One that is no object says nothing.
func readAbout(text []byte) about {
	value, err := ordered(text)
	o, _ := value.(object)
	if err != nil {
		o = nil
	}
	a := about{}
	for _, m := range o {
		switch m.name {
		case "name":
			a.Name, _ = m.value.(string)
		case "module":
			a.Module, _ = m.value.(string)
		case "main":
			a.Main, _ = m.value.(string)
		case "types":
			a.Types, _ = m.value.(string)
		case "typings":
			a.Typings, _ = m.value.(string)
		case "browser":
			a.Browser = m.value
		case "exports":
			a.Exports = m.value
		case "imports":
			a.Imports = m.value
		case "sideEffects":
			a.SideEffects = m.value
		}
	}
	return a
}

// Bounds of a package.json: decoded it takes up to some fifty times its size.
const (
	maxAbout      = 1 << 20 // bytes
	maxAboutDepth = 32
)

// mark is the byte order mark that some editors put in front of a file.
const mark = "\ufeff"

// ordered reads JSON and keeps the order of members.
func ordered(text []byte) (any, error) {
	if len(text) > maxAbout {
		return nil, fmt.Errorf("it has more than %d KB", maxAbout>>10)
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte(mark))))
	d.UseNumber()
	value, err := orderedValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more after the end")
	}
	return value, nil
}

func orderedValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth > maxAboutDepth {
		return nil, errors.New("nested too deep")
	}
	var list []any
	var members object
	for d.More() {
		name := ""
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, _ = key.(string)
		}
		value, err := orderedValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list, members = append(list, value), append(members, member{name, value})
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if open == '{' {
		return members, nil
	}
	return list, nil
}
