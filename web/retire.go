package web

import "github.com/durward/durward/web/api"

func (s *Server) deleteAction(r *request) (any, error) {
	action, err := s.config.Publisher.DeleteAction(r.context(), r.actor, r.tenant, r.action())
	return actionOf(action), err
}

func (s *Server) deprecateVersion(r *request) (any, error) {
	var body api.Reason
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	v, err := s.config.Publisher.Deprecate(r.context(), r.actor, r.tenant, r.action(), r.Param("version"), body.Reason)
	return versionInfoOf(v), err
}

func (s *Server) undeprecateVersion(r *request) (any, error) {
	v, err := s.config.Publisher.Undeprecate(r.context(), r.actor, r.tenant, r.action(), r.Param("version"))
	return versionInfoOf(v), err
}
