package versions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/durward/durward/catalog"
)

// readSettings finds out what the tenant's actions may have.
func (c *checker) readSettings(ctx context.Context) error {
	c.most = WithDefaults(catalog.Limits{})
	if c.flows.Tenants == nil {
		return nil
	}
	settings, err := c.flows.Tenants.Settings(ctx, string(c.tenant))
	if err != nil {
		return fmt.Errorf("settings of the tenant: %w", err)
	}
	c.settings, c.most = settings, catalogLimits(settings.Limits)
	return nil
}

// limits refuses an attachment's limits that are above what the tenant may have.
func (c *checker) limits(at string, a *Attachment) {
	most := MaxTimeoutMS
	if c.settings != nil {
		most = min(most, c.most.WallMS)
	}
	if a.TimeoutMS < 0 || a.TimeoutMS > most {
		c.refuse(at+"/timeout_ms", "it must be from 1 to %d milliseconds", most)
	}
	if a.Limits.WallMS != 0 {
		c.refuse(at+"/limits/wall_ms", "timeout_ms says how long the action may take")
		return
	}
	for _, e := range a.Limits.Check(at+"/limits", c.most) {
		c.refuse(e.Pointer, "%s", e.Detail)
	}
}

// warnOfReach tells which of the secrets and hosts that a version declares it will not have.
func (c *checker) warnOfReach(at string, v *Version) {
	if c.settings == nil {
		return
	}
	unset := slices.DeleteFunc(slices.Clone(v.Secrets), func(name string) bool {
		_, set := c.settings.Secrets[name]
		return set
	})
	if len(unset) > 0 {
		c.warn(at, "%s %s reads secrets that are not set: %s", v.Action, v.Number, strings.Join(unset, ", "))
	}
	egress := &c.settings.Egress
	closed := slices.DeleteFunc(slices.Clone(v.Hosts), func(pattern string) bool {
		if pattern == catalog.AnyHost || catalog.HostAllowed(egress.Internal, pattern) {
			return true
		}
		return catalog.HostPublic(pattern) && (len(egress.Hosts) == 0 || catalog.HostAllowed(egress.Hosts, pattern))
	})
	if len(closed) > 0 {
		c.warn(at, "%s %s sends requests to hosts that the tenant's egress policy does not allow: %s", v.Action, v.Number, strings.Join(closed, ", "))
	}
}

func (c *checker) warn(at, format string, args ...any) {
	c.warnings = append(c.warnings, Warning{Pointer: at, Detail: fmt.Sprintf(format, args...)})
}
