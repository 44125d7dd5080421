package client

import (
	"context"
	"io"
	"net/http"

	"github.com/durward/durward/web/api"
)

// Triggers lists the points in a login system's flows at which it asks Durward.
func (c *Client) Triggers(ctx context.Context) (api.List[api.Trigger], error) {
	return call[api.List[api.Trigger]](ctx, c, request{method: http.MethodGet, path: path("v1", "triggers")})
}

// Templates lists the shipped actions.
func (c *Client) Templates(ctx context.Context) (api.List[api.Template], error) {
	return call[api.List[api.Template]](ctx, c, request{method: http.MethodGet, path: path("v1", "templates")})
}

// Template returns a shipped action, with samples of what it answers.
func (c *Client) Template(ctx context.Context, slug string) (api.TemplateDetail, error) {
	return call[api.TemplateDetail](ctx, c, request{method: http.MethodGet, path: path("v1", "templates", slug)})
}

// System returns what there is to know of the server. It needs the operator's key.
func (c *Client) System(ctx context.Context) (api.System, error) {
	return call[api.System](ctx, c, request{method: http.MethodGet, path: path("v1", "system")})
}

// Backup writes a backup of the whole server to w, while the server goes on; what came before an error is of no use. It needs the operator's key. Only ctx
// bounds how long it takes.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	r := request{method: http.MethodGet, path: path("v1", "system", "backup")}
	answer, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(w, answer.Body); err != nil {
		return c.broken(ctx, err)
	}
	return nil
}

// RotateRunKeys makes a new key that seals runs; with revoke every run that was begun is invalid. It needs the operator's key.
func (c *Client) RotateRunKeys(ctx context.Context, revoke bool) (api.RunKey, error) {
	return call[api.RunKey](ctx, c, request{method: http.MethodPost, path: path("v1", "system", "run-keys"), body: api.RunKeyRotation{Revoke: revoke}})
}
