package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

func (s *Server) draftTypes(r *request) (any, error) {
	t, err := s.config.Publisher.DraftTypes(r.context(), r.tenant, r.action())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(t.Packages + "\n" + t.Declarations))
	digest := hex.EncodeToString(sum[:])
	r.keep(digest, "private, no-cache")
	if r.has(digest) {
		return nil, r.NoContent(http.StatusNotModified)
	}
	return api.DraftTypes{Files: map[string]string{types.FileName: t.Declarations}, Packages: t.Packages}, nil
}

func (s *Server) packageTypes(r *request) (any, error) {
	digest := r.Param("digest")
	if r.has(digest) { // what a digest names never changes: whether it is still the draft's does not matter
		return nil, r.NoContent(http.StatusNotModified)
	}
	d, err := s.config.Publisher.PackageTypes(r.context(), r.tenant, r.action(), digest)
	if err != nil {
		return nil, err
	}
	r.keep(digest, "private, max-age=31536000, immutable")
	return api.PackageTypes{
		Digest: digest, Files: d.Files, Complete: d.Complete,
		Packages: each(d.Packages, func(t npm.Typed) api.TypedPackage {
			return api.TypedPackage{Name: t.Name, Version: t.Version, Types: string(t.Types)}
		}),
	}, nil
}

// keep says what the answer is known by and how long it may be kept.
func (r *request) keep(digest, control string) {
	r.Response().Header().Set("Etag", `"`+digest+`"`)
	r.Response().Header().Set("Cache-Control", control)
}

// has says whether the caller has the answer with this digest already.
func (r *request) has(digest string) bool {
	tag := `"` + digest + `"`
	for have := range strings.SplitSeq(r.Request().Header.Get(headerIfNoneMatch), ",") {
		if have = strings.TrimPrefix(strings.TrimSpace(have), "W/"); have == tag {
			return true
		}
	}
	return false
}

func (s *Server) publishing(r *request) (any, error) {
	p, err := s.config.Catalog.Publishing(r.context(), r.tenant)
	return s.publishingOf(p), err
}

func (s *Server) savePublishing(r *request) (any, error) {
	var body api.PublishingChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	p, err := s.config.Catalog.SavePublishing(r.context(), r.actor, r.tenant, body.Revision, catalog.Publishing{TypeCheck: catalog.TypeCheck(body.TypeCheck)})
	return s.publishingOf(p), err
}

func (s *Server) publishingOf(p catalog.Publishing) api.Publishing {
	return api.Publishing{
		Revision: p.Revision, TypeCheck: string(p.TypeCheck), TypeCheckAvailable: s.config.Publisher.TypeCheckAvailable(),
		UpdatedAt: p.UpdatedAt, UpdatedBy: saverOf(p.Revision, p.UpdatedBy),
	}
}
