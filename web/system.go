package web

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/web/api"
)

func (s *Server) health(*request) (any, error) { return api.Health{Status: "ok"}, nil }

func (s *Server) ready(*request) (any, error) {
	if s.stopping.Load() {
		return nil, errStopping
	}
	return api.Health{Status: "ok"}, nil
}

func (s *Server) serveMetrics(r *request) (any, error) {
	s.metrics.handler().ServeHTTP(r.Response(), r.Request())
	return nil, nil
}

func (s *Server) serveOpenAPI(r *request) (any, error) {
	return nil, writeBytes(r, r.route.success(), "application/json", s.openapi)
}

func (s *Server) serveTypes(r *request) (any, error) {
	return nil, writeBytes(r, r.route.success(), "text/plain; charset=utf-8", []byte(types.Declarations()))
}

func (s *Server) triggers(*request) (any, error) {
	return api.List[api.Trigger]{Items: each(contract.Triggers(), triggerOf)}, nil
}

func (s *Server) templates(*request) (any, error) {
	return api.List[api.Template]{Items: each(s.config.Templates, func(t api.TemplateDetail) api.Template { return t.Template })}, nil
}

func (s *Server) readTemplate(r *request) (any, error) {
	i := s.template(r.Param("template"))
	if i < 0 {
		return nil, catalog.ErrNotFound
	}
	return s.config.Templates[i], nil
}

// template is the index of a shipped action, -1 if there is none of the name.
func (s *Server) template(slug string) int {
	return slices.IndexFunc(s.config.Templates, func(t api.TemplateDetail) bool { return t.Slug == slug })
}

func (s *Server) system(*request) (any, error) {
	workers, sandbox := s.config.Workers.Stats(), s.config.Workers.Sandbox()
	return api.System{
		Version: s.config.Version, Go: goruntime.Version(), StartedAt: s.started.UTC(), UptimeSeconds: int64(time.Since(s.started).Seconds()),
		Workers: api.Workers{Processes: workers.Workers, Spares: workers.Spares, Tenants: workers.Tenants, Inflight: workers.Inflight},
		Sandbox: api.Sandbox{Level: string(sandbox.Level()), Layers: each(sandbox.Layers, func(l worker.Layer) api.Layer { return api.Layer(l) })},
	}, nil
}

// backup streams. An error after the first byte breaks the connection off, so that what arrived is not taken for a whole backup.
func (s *Server) backup(r *request) (any, error) {
	if err := r.noDeadline(); err != nil {
		return nil, err
	}
	// What is still to be stored of calls that were answered belongs into the backup too.
	if err := s.config.Recorder.Flush(r.context()); err != nil {
		return nil, fmt.Errorf("store what waits: %w", err)
	}
	h := r.Response().Header()
	h.Set("Content-Type", "application/x-tar")
	h.Set("Content-Disposition", `attachment; filename="durward-`+time.Now().UTC().Format("20060102T150405Z")+`.tar"`)
	return nil, s.config.Backup(r.context(), r.Response())
}

func triggerOf(t contract.Trigger) api.Trigger {
	return api.Trigger{
		ID: string(t.ID), Flow: string(t.Flow), Slot: string(t.Slot), When: t.When, Async: t.Async, Answers: texts[string](t.Answers), PerMethod: t.PerMethod,
		FailClosed: t.FailClosed, User: knowledge()[t.User],
		Equivalents: api.Equivalents{Ory: t.Equivalents.Ory, Auth0: t.Equivalents.Auth0, Intelliauth: t.Equivalents.Intelliauth},
	}
}

// knowledge are the words for contract.Knowledge, by its value.
func knowledge() []string { return []string{"none", "possible", "claimed", "known"} }
