package web

import (
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/web/api"
)

func (s *Server) setSecret(r *request) (any, error) {
	var body api.NewSecret
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	secret, err := s.config.Catalog.SetSecret(r.context(), r.actor, r.tenant, catalog.NewSecret{
		Name: r.Param("secret"), Value: body.Value, Brokered: body.Brokered, Hosts: body.Hosts,
	})
	return secretOf(secret), err
}

func (s *Server) secrets(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Catalog.Secrets(r.context(), r.tenant, page)
	return listOf(list, secretOf), err
}

func (s *Server) deleteSecret(r *request) (any, error) {
	secret, err := s.config.Catalog.DeleteSecret(r.context(), r.actor, r.tenant, r.Param("secret"))
	return secretOf(secret), err
}

func (s *Server) egress(r *request) (any, error) {
	policy, err := s.config.Catalog.Egress(r.context(), r.tenant)
	return egressOf(policy), err
}

func (s *Server) saveEgress(r *request) (any, error) {
	var body api.EgressChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	policy, err := s.config.Catalog.SaveEgress(r.context(), r.actor, r.tenant, body.Revision, catalog.Egress{
		Hosts: body.Hosts, Methods: body.Methods, Schemes: body.Schemes,
	})
	return egressOf(policy), err
}

func (s *Server) limits(r *request) (any, error) {
	limits, err := s.config.Catalog.TenantLimits(r.context(), r.tenant)
	return tenantLimitsOf(limits), err
}

func (s *Server) saveLimits(r *request) (any, error) {
	var body api.LimitsChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	change := catalog.TenantLimits{Limits: limitsFrom(body.Limits), InternalHosts: body.InternalHosts}
	change.Limits.WallMS = body.WallMS
	limits, err := s.config.Catalog.SaveTenantLimits(r.context(), r.actor, r.tenant, body.Revision, change)
	return tenantLimitsOf(limits), err
}

func secretOf(s catalog.Secret) api.Secret {
	return api.Secret{Name: s.Name, Brokered: s.Brokered, Hosts: s.Hosts, UpdatedAt: s.UpdatedAt, UpdatedBy: actorOf(s.UpdatedBy)}
}

func egressOf(e catalog.Egress) api.Egress {
	return api.Egress{
		Revision: e.Revision, Hosts: e.Hosts, Methods: e.Methods, Schemes: e.Schemes, UpdatedAt: e.UpdatedAt, UpdatedBy: saverOf(e.Revision, e.UpdatedBy),
	}
}

func tenantLimitsOf(l catalog.TenantLimits) api.TenantLimits {
	return api.TenantLimits{
		Revision: l.Revision, WallMS: l.Limits.WallMS, Limits: limitsOf(l.Limits), InternalHosts: l.InternalHosts,
		UpdatedAt: l.UpdatedAt, UpdatedBy: saverOf(l.Revision, l.UpdatedBy),
	}
}

// saverOf is who saved a revision: nobody before the first.
func saverOf(revision int, by audit.Actor) *api.Actor {
	if revision == 0 {
		return nil
	}
	actor := actorOf(by)
	return &actor
}

// limitsFrom and limitsOf leave out the wall-clock time, which has a name of its own wherever limits go over the wire.
func limitsFrom(l api.Limits) catalog.Limits {
	return catalog.Limits{
		CPUMS: l.CPUMS, MemoryBytes: l.MemoryBytes, CallDepth: l.CallDepth, OutcomeBytes: l.OutcomeBytes, LogLines: l.LogLines, LogBytes: l.LogBytes,
		Timers: l.Timers, Pending: l.Pending, Requests: l.Requests, RequestBytes: l.RequestBytes,
	}
}

func limitsOf(l catalog.Limits) api.Limits {
	return api.Limits{
		CPUMS: l.CPUMS, MemoryBytes: l.MemoryBytes, CallDepth: l.CallDepth, OutcomeBytes: l.OutcomeBytes, LogLines: l.LogLines, LogBytes: l.LogBytes,
		Timers: l.Timers, Pending: l.Pending, Requests: l.Requests, RequestBytes: l.RequestBytes,
	}
}
