package main

import (
	"github.com/durward/durward/templates"
	"github.com/durward/durward/web/api"
)

// shipped are the templates as the API shows them.
func shipped() []api.Template {
	var list []api.Template
	for _, t := range templates.All() {
		list = append(list, api.Template{
			Slug: t.Name, Name: t.Title, Description: t.Purpose, Version: t.Version(),
			Triggers: t.Triggers, ConfigSchema: t.ConfigSchema, Secrets: t.Secrets, Files: t.Files,
		})
	}
	return list
}
