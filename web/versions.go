package web

import (
	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

func (s *Server) publish(r *request) (any, error) {
	var body api.Publication
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	publication := versions.Publication{Number: body.Number, Message: body.Message}
	v, warnings, err := s.config.Publisher.Publish(r.context(), r.actor, r.tenant, r.action(), publication)
	if err != nil {
		return nil, err
	}
	changes, err := s.config.Publisher.Changes(r.context(), v)
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s/actions/%s/versions/%s", r.tenant, v.Action, v.Number)
	return api.Published{Version: versionOf(v), Changes: changesOf(changes), Warnings: diagnosticsOf(warnings)}, nil
}

func (s *Server) versions(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Publisher.Versions(r.context(), r.tenant, r.action(), page)
	return listOf(list, versionInfoOf), err
}

func (s *Server) version(r *request) (any, error) {
	include := r.QueryParam("include")
	if include != "" && include != "bundle" {
		return nil, fieldError("?include", "it must be bundle")
	}
	v, err := s.config.Publisher.Version(r.context(), r.tenant, r.action(), r.Param("version"))
	out := versionOf(v)
	if include == "bundle" {
		out.Bundle, out.SourceMap = string(v.Bundle), presentOrNil(v.SourceMap)
	}
	return out, err
}

func (s *Server) verifyVersion(r *request) (any, error) {
	v, err := s.config.Publisher.Verify(r.context(), r.tenant, r.action(), r.Param("version"))
	return api.Verification{Same: len(v.Differences) == 0, Digest: v.Version.Digest, Rebuilt: v.Rebuilt, Bundler: v.Bundler, Differences: v.Differences}, err
}

func (s *Server) dependents(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Publisher.Dependents(r.context(), r.tenant, r.action(), page)
	return listOf(list, dependentOf), err
}

func dependentOf(d versions.Dependent) api.Dependent {
	return api.Dependent{Action: string(d.Action), Version: d.Number, ModuleVersion: d.Pin.Number}
}

func versionOf(v versions.Version) api.Version {
	return api.Version{VersionInfo: versionInfoOf(v), Files: v.Files, Lock: presentOrNil(v.Lock)}
}

func versionInfoOf(v versions.Version) api.VersionInfo {
	return api.VersionInfo{
		Action: string(v.Action), Number: v.Number, Entry: v.Entry, Triggers: texts[string](v.Triggers), Secrets: v.Secrets, Hosts: v.Hosts, Bundler: v.Bundler, Digest: v.Digest,
		Modules: each(v.Modules, func(p versions.ModulePin) api.ModulePin {
			return api.ModulePin{Module: string(p.Module), Version: p.Number}
		}),
		Message: v.Message, PublishedAt: v.PublishedAt, PublishedBy: actorOf(v.PublishedBy), Recall: recallOf(v.Recall), Deprecation: recallOf((*versions.Recall)(v.Deprecation)), ConfigSchema: presentOrNil(v.ConfigSchema), Capabilities: capabilitiesOf(&v),
	}
}

func capabilitiesOf(v *versions.Version) *api.Capabilities {
	c, known := v.Capabilities()
	if !known {
		return nil
	}
	return &api.Capabilities{
		Hosts: orNone(c.Hosts), Secrets: orNone(c.Secrets), Outcomes: orNone(c.Outcomes), DynamicCode: orNone(c.DynamicCode),
		APIs: each(c.APIs, func(u capability.Use) api.HostAPI { return api.HostAPI(u) }),
	}
}

func changesOf(c versions.CapabilityChanges) api.Changes {
	change := func(c versions.CapabilityChange) api.Change { return api.Change{Kind: string(c.Kind), Name: c.Name} }
	return api.Changes{Since: c.Since, Added: each(c.Added, change), Removed: each(c.Removed, change)}
}

// orNone makes an empty list of none, which would be null.
func orNone(list []string) []string { return append([]string{}, list...) }
