package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// readJSON reads an argument that is JSON: the text itself if it begins as an object does, else the file that it names, or - for the standard input.
func readJSON(name, argument string, s streams) (json.RawMessage, error) {
	text := []byte(argument)
	if !strings.HasPrefix(strings.TrimSpace(argument), "{") {
		var err error
		if text, err = readFileOrInput(argument, s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, &usageError{fmt.Sprintf("%s is not JSON: %v", name, err)}
	}
	return value, nil
}

// decodeStrict decodes JSON of which every member must be known.
func decodeStrict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

func readFileOrInput(argument string, s streams) ([]byte, error) {
	if argument == "-" {
		return io.ReadAll(s.in)
	}
	return os.ReadFile(strings.TrimPrefix(argument, "@"))
}
