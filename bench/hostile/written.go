package hostile

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

//go:embed programs
var programs embed.FS

// written returns the programs of the folder. A program begins with a line "//// name", which is followed by lines that say more of it, and by its text:
//
//	//? word…       the answers that are allowed
//	//= {…}         the state that must be answered; the answer is continue then
//	//! module      the text is a whole file, and not the body of the function execute
func written() []*Program {
	entries, err := programs.ReadDir("programs")
	if err != nil {
		panic(err) // they are part of this program
	}
	var all []*Program
	for _, entry := range entries {
		text, err := programs.ReadFile("programs/" + entry.Name())
		if err != nil {
			panic(err)
		}
		family := strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))
		for part := range strings.SplitSeq(strings.TrimPrefix(string(text), "//// "), "\n//// ") {
			all = append(all, parse(family, part))
		}
	}
	return all
}

func parse(family, part string) *Program {
	name, rest, _ := strings.Cut(part, "\n")
	p := &Program{Family: family, Name: name}
	wrap := action
	for {
		line, after, _ := strings.Cut(rest, "\n")
		value := strings.TrimSpace(line[min(len(line), len("//?")):])
		switch {
		case strings.HasPrefix(line, "//?"):
			p.Answers = strings.Fields(value)
		case strings.HasPrefix(line, "//="):
			p.Answers = []string{"continue"}
			if err := json.Unmarshal([]byte(value), &p.State); err != nil {
				panic(fmt.Sprintf("%s: %v", p, err))
			}
		case strings.HasPrefix(line, "//!"):
			wrap = module
		default:
			p.Files = wrap(rest)
			return p
		}
		rest = after
	}
}
