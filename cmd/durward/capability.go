package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/durward/durward/web/api"
)

// anyCapability is what the API says where it cannot be told.
const anyCapability = "*"

// printChanges tells in words what a version can do that the one before it could not, and what it can do no longer.
func printChanges(w io.Writer, c api.Changes) {
	switch {
	case c.Since == "" && len(c.Added) == 0: // a module that only computes
		return
	case c.Since == "":
		fmt.Fprintf(w, "Its capabilities: %s.\n", inWords(c.Added, "can"))
		return
	}
	if len(c.Added) > 0 {
		fmt.Fprintf(w, "New since %s: %s.\n", c.Since, inWords(c.Added, "can now"))
	}
	if len(c.Removed) > 0 {
		fmt.Fprintf(w, "No longer: %s.\n", inWords(c.Removed, "can"))
	}
	if len(c.Added)+len(c.Removed) == 0 {
		fmt.Fprintf(w, "Its capabilities are those of %s.\n", c.Since)
	}
}

func inWords(list []api.Change, can string) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = changeInWords(c, can)
	}
	return harmless(strings.Join(words, ", "))
}

func changeInWords(c api.Change, can string) string {
	unknown := c.Name == anyCapability
	switch c.Kind {
	case "host":
		if unknown {
			return "calls any host that the tenant allows"
		}
		return "calls " + c.Name
	case "secret":
		return "uses secret " + c.Name
	case "outcome":
		if unknown {
			return can + " answer any outcome"
		}
		return can + " " + outcomeInWords(c.Name)
	case "api":
		if unknown {
			return "may touch any host API"
		}
		return "touches " + c.Name
	case "dynamic_code":
		return "makes code from strings, which is refused (" + c.Name + ")"
	}
	return c.Kind + " " + c.Name
}

func outcomeInWords(kind string) string {
	if kind == "demand_mfa" {
		return "demand MFA"
	}
	return kind
}

// capabilityFacts are the lines of a version's capabilities, as facts takes them. Of one that was published before they were kept, they are what it declares.
func capabilityFacts(v *api.Version) []string {
	c := v.Capabilities
	if c == nil {
		return []string{"calls", strings.Join(v.Hosts, " "), "secrets", strings.Join(v.Secrets, " "), "outcomes", "not known"}
	}
	var touches []string
	for _, use := range c.APIs {
		text := use.API
		if text == anyCapability {
			text = "perhaps others"
		}
		if len(use.By) != 1 || use.By[0] != "action" {
			text += " (" + strings.Join(use.By, ", ") + ")"
		}
		touches = append(touches, text)
	}
	return []string{
		"outcomes", anyInWords(c.Outcomes), "calls", anyInWords(c.Hosts), "secrets", strings.Join(c.Secrets, " "), "touches", strings.Join(touches, ", "),
		"dynamic code", strings.Join(c.DynamicCode, ", "),
	}
}

func anyInWords(list []string) string {
	if len(list) == 1 && list[0] == anyCapability {
		return "any"
	}
	return strings.Join(list, " ")
}
