package versions

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// Webhook sends notices as the tenant's actions send requests: within the tenant's egress policy, to no address that is not public unless the operator has opened it. A notice is signed as
// standardwebhooks.com has it (webhook-id, webhook-timestamp, webhook-signature), with the bytes of the tenant's redirect secret as the key.
type Webhook struct {
	Broker   *host.Broker
	Settings host.Tenants
	Tenants  Tenants
	Now      func() time.Time // default: time.Now
}

// Notify implements [Notifier].
func (w *Webhook) Notify(ctx context.Context, tenant catalog.TenantID, n *Notice, body []byte) error {
	settings, err := w.Settings.Settings(ctx, string(tenant))
	if err != nil {
		return fmt.Errorf("settings of the tenant: %w", err)
	}
	secret, err := w.Tenants.RedirectSecret(ctx, tenant)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	stamp := strconv.FormatInt(now().Unix(), 10)
	args, err := json.Marshal(map[string]any{
		"method": "POST", "url": n.URL, "redirect": "manual",
		"headers": [][]string{
			{"content-type", "application/json"}, {"webhook-id", n.ID}, {"webhook-timestamp", stamp}, {"webhook-signature", signature(secret, n.ID, stamp, body)},
		},
	})
	if err != nil {
		return err
	}
	target, err := url.Parse(n.URL)
	if err != nil {
		return err
	}
	session := w.Broker.Open(settings, host.Grant{Tenant: string(tenant), Action: "rollout-notice", Hosts: []string{target.Host}})
	defer session.Close()
	answer := session.Serve(ctx, vm.HostCall{ID: 1, Op: "fetch", Args: args, Body: body})
	if answer.Err != nil {
		return errors.New(answer.Err.Message)
	}
	var got struct {
		Status int `json:"status"`
	}
	if err := json.Unmarshal(answer.Value, &got); err != nil {
		return err
	}
	if got.Status < 200 || got.Status > 299 {
		return statusError(got.Status)
	}
	return nil
}

func signature(secret, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
