package versions

import (
	"context"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime"
)

// Tenants tells the redirect secret of a tenant; [catalog.Catalog] does.
type Tenants interface {
	RedirectSecret(ctx context.Context, id catalog.TenantID) (string, error)
}

const defaultRedirectLifetime = 15 * time.Minute

// redirectToken signs what a redirect tells its target, as a JWT (RFC 7519) with HS256 and the tenant's redirect secret. The target learns from iss, jti, sub, iat and exp which run of
// which user it belongs to and for how long it holds; the action cannot change those.
func redirectToken(secret string, run Run, user string, t *runtime.RedirectToken, now time.Time) (string, error) {
	lifetime := defaultRedirectLifetime
	if t.ExpiresInSeconds > 0 {
		lifetime = time.Duration(min(t.ExpiresInSeconds, maxRedirectSeconds)) * time.Second
	}
	claims := jwt.MapClaims{}
	for name, value := range t.Claims {
		claims[name] = value
	}
	claims["iss"] = "durward:" + string(run.Tenant)
	claims["jti"] = run.ID.String()
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(lifetime).Unix()
	delete(claims, "sub")
	if user != "" {
		claims["sub"] = user
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		return "", fmt.Errorf("redirect token: %w", err)
	}
	return signed, nil
}

// maxRedirectSeconds is the longest life of a redirect token, that of a run.
const maxRedirectSeconds = int(DefaultRunLifetime / time.Second)
