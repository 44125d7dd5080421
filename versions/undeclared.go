package versions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
)

// undeclared warns of what the sources name and the draft does not declare: it fails when it runs.
func undeclared(draft *catalog.Draft, files map[string]string, found *capability.Found) []bundler.Diagnostic {
	var list []bundler.Diagnostic
	for _, m := range found.Secrets {
		if !slices.Contains(draft.Secrets, m.Name) {
			list = append(list, warning(files, m, fmt.Sprintf("The secret %s is not declared, and reading it throws", m.Name),
				fmt.Sprintf(`Add %q to "secrets" in action.json, or push with --secret %s.`, m.Name, m.Name)))
		}
	}
	return append(list, undeclaredHosts(draft, files, found)...)
}

// undeclaredHosts says nothing of a script that sends no requests: a URL in it can be the target of a redirect.
func undeclaredHosts(draft *catalog.Draft, files map[string]string, found *capability.Found) []bundler.Diagnostic {
	fetches := slices.ContainsFunc(found.Code.APIs, func(u capability.Use) bool { return u.API == capability.Fetch })
	if !fetches || slices.Contains(draft.Hosts, catalog.AnyHost) {
		return nil
	}
	var list []bundler.Diagnostic
	if len(draft.Hosts) == 0 {
		place := capability.Mention{}
		if found.Fetch != nil {
			place = *found.Fetch
		}
		named := "api.example.com"
		if len(found.Hosts) > 0 {
			named = found.Hosts[0].Name
		}
		return []bundler.Diagnostic{warning(files, place, "Requests are sent, but no host is declared: all of them are refused",
			fmt.Sprintf(`Add the hosts to "hosts" in action.json, or push with --host %s.`, named))}
	}
	if found.Fetch == nil { // it is packages that send, and they have URLs of their own
		return nil
	}
	for _, m := range found.Hosts {
		if !catalog.HostAllowed(draft.Hosts, m.Name) {
			list = append(list, warning(files, m, fmt.Sprintf("The host %s is not declared, and requests to it are refused", m.Name),
				fmt.Sprintf(`If that is where requests go, add %q to "hosts" in action.json, or push with --host %s.`, m.Name, m.Name)))
		}
	}
	return list
}

// warning is a warning about a place in the files of a source.
func warning(files map[string]string, at capability.Mention, text, hint string) bundler.Diagnostic {
	d := bundler.Diagnostic{Severity: bundler.SeverityWarning, File: at.File, Line: at.Line, Column: at.Column, Length: len(at.Name), Text: text, Hint: hint}
	lines := strings.SplitN(files[at.File], "\n", at.Line+1)
	if at.Line > 0 && at.Line <= len(lines) {
		d.LineText = clip(strings.TrimSuffix(lines[at.Line-1], "\r"), maxLine)
	}
	if at.File == "" {
		d.Length = 0
	}
	return d
}

const maxLine = 1000
