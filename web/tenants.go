package web

import (
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/web/api"
)

func (s *Server) createTenant(r *request) (any, error) {
	var body api.NewTenant
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	t, err := s.config.Catalog.CreateTenant(r.context(), r.actor, catalog.TenantID(body.ID), body.Name)
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s", t.ID)
	return tenantOf(t), nil
}

func (s *Server) tenants(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Catalog.Tenants(r.context(), page)
	return listOf(list, tenantOf), err
}

func (s *Server) tenant(r *request) (any, error) {
	t, err := s.config.Catalog.Tenant(r.context(), r.tenant)
	return tenantOf(t), err
}

func (s *Server) redirectSecret(r *request) (any, error) {
	secret, err := s.config.Catalog.RedirectSecret(r.context(), r.tenant)
	return api.RedirectSecret{Secret: secret}, err
}

func (s *Server) createKey(r *request) (any, error) {
	var body api.NewKey
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	key, secret, err := s.config.Catalog.CreateKey(r.context(), r.actor, r.tenant, body.Name, catalog.Role(body.Role))
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s/keys/%s", r.tenant, key.ID)
	return api.CreatedKey{Key: keyOf(key), Secret: secret}, nil
}

func (s *Server) keys(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Catalog.Keys(r.context(), r.tenant, page)
	return listOf(list, keyOf), err
}

func (s *Server) revokeKey(r *request) (any, error) {
	key, err := s.config.Catalog.RevokeKey(r.context(), r.actor, r.tenant, catalog.KeyID(r.Param("key")))
	return keyOf(key), err
}

func tenantOf(t catalog.Tenant) api.Tenant {
	return api.Tenant{ID: string(t.ID), Name: t.Name, CreatedAt: t.CreatedAt}
}

func keyOf(k catalog.Key) api.Key {
	return api.Key{
		ID: string(k.ID), Name: k.Name, Role: string(k.Role), CreatedAt: k.CreatedAt, CreatedBy: actorOf(k.CreatedBy), RevokedAt: k.RevokedAt,
	}
}

func actorOf(a audit.Actor) api.Actor {
	return api.Actor{Key: a.Key, Person: a.Person, Name: a.Name, Role: a.Role}
}

// listOf translates a page of a list. Of a zero list, beside an error, it makes one that nobody sees.
func listOf[From, To any](list catalog.List[From], translate func(From) To) api.List[To] {
	return api.List[To]{Items: each(list.Items, translate), Next: list.Next}
}

func each[From, To any](items []From, translate func(From) To) []To {
	out := make([]To, len(items))
	for i, item := range items {
		out[i] = translate(item)
	}
	return out
}

// texts translates between lists of strings that have types of their own and lists of plain ones. It keeps nil.
func texts[To, From ~string](list []From) []To {
	if list == nil {
		return nil
	}
	return each(list, func(s From) To { return To(s) })
}
