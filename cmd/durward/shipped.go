package main

import (
	"encoding/json"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/templates"
	"github.com/durward/durward/web/api"
)

// shipped are the templates as the API shows them.
func shipped() []api.TemplateDetail {
	var list []api.TemplateDetail
	for _, t := range templates.All() {
		detail := api.TemplateDetail{Template: api.Template{
			Slug: t.Name, Name: t.Title, Description: t.Purpose, Version: t.Version(), Category: t.Category, Icon: t.Icon, Notes: t.Notes,
			Triggers: t.Triggers, ConfigSchema: t.ConfigSchema, Secrets: t.Secrets, Hosts: t.Hosts, Files: t.Files,
		}}
		for _, r := range t.Releases {
			detail.Releases = append(detail.Releases, api.Release(r))
		}
		for _, s := range t.Samples {
			detail.Samples = append(detail.Samples, api.Sample{Name: s.Name, Trigger: s.Trigger, Config: s.Config, Event: s.Event, Outcome: s.Outcome})
		}
		list = append(list, detail)
	}
	return list
}

// sources are the templates as drafts are made from them.
func sources() map[string]catalog.Template {
	all := map[string]catalog.Template{}
	for _, t := range templates.All() {
		schema, err := json.Marshal(t.ConfigSchema) // as a client would send it: the digest of a version is over its bytes
		if err != nil {
			panic(err) // embedded, and read by a test
		}
		draft := catalog.Draft{Files: t.Files, ConfigSchema: schema, Secrets: t.Secrets, Hosts: t.Hosts}
		for _, id := range t.Triggers {
			draft.Triggers = append(draft.Triggers, contract.TriggerID(id))
		}
		all[t.Name] = catalog.Template{Release: t.Version(), Draft: draft}
	}
	return all
}
