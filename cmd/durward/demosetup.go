package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/templates"
	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// What the demo sets up.
const (
	demoTenant  = "demo"
	demoFlow    = "login"
	demoSlot    = "after"
	demoAction  = "domain-allowlist"
	demoVersion = "1.0.0"
	demoConfig  = `{"domains":["example.com"]}`
)

// demoLimits are the most that an execution may have: what serve says by default.
var demoLimits = catalog.Limits{CPUMS: 2_000, WallMS: 10_000, MemoryBytes: 96 << 20, Requests: 100, RequestBytes: 32 << 20}

// demoSecrets are the keys of the demo. The server itself keeps none of them, so that a restart can only use them because they are in this file.
type demoSecrets struct {
	Operator string `json:"operator_key"`
	Seal     string `json:"seal_key"`
	Admin    string `json:"admin_key,omitempty"`
	Execute  string `json:"execute_key,omitempty"`
}

const secretsFile = "demo-keys.json"

// loadSecrets reads the demo's keys, or makes the first of them.
func loadSecrets(dir string) (*demoSecrets, error) {
	text, err := os.ReadFile(filepath.Join(dir, secretsFile))
	if errors.Is(err, os.ErrNotExist) {
		s := &demoSecrets{Operator: newOperatorKey(), Seal: seal.NewKey()}
		return s, s.save(dir)
	}
	if err != nil {
		return nil, err
	}
	s := &demoSecrets{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, secretsFile), err)
	}
	if s.Seal == "" { // of a demo from before there were secrets
		s.Seal = seal.NewKey()
		return s, s.save(dir)
	}
	return s, nil
}

// save writes the keys for their owner only, all or none.
func (s *demoSecrets) save(dir string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, secretsFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// setUpDemo makes what is missing. The keys come last: once they are in the file, the rest is there, and from then on it is the user's to change.
func setUpDemo(ctx context.Context, url, dir string, s *demoSecrets) error {
	if s.Execute != "" {
		return nil
	}
	c := client.New(url, s.Operator, client.Options{Timeout: timeout})
	defer c.Close()
	_, err := c.CreateTenant(ctx, api.NewTenant{ID: demoTenant, Name: "Demo"})
	tenant := c.Tenant(demoTenant)
	for _, step := range []func(context.Context, *client.Tenant) error{setUpAction, setUpFlow} {
		if err = unlessExists(err); err == nil {
			err = step(ctx, tenant)
		}
	}
	if err = unlessExists(err); err == nil {
		err = s.create(ctx, tenant)
	}
	if err != nil {
		return fmt.Errorf("set up the demo: %w", err)
	}
	return s.save(dir)
}

// unlessExists takes what an interrupted first start has made for made.
func unlessExists(err error) error {
	var p *client.Problem
	if errors.As(err, &p) && p.Code == "exists" {
		return nil
	}
	return err
}

func setUpAction(ctx context.Context, tenant *client.Tenant) error {
	t, ok := templates.Lookup(demoAction)
	if !ok {
		return fmt.Errorf("there is no template %s", demoAction)
	}
	_, err := tenant.CreateAction(ctx, api.NewAction{Slug: demoAction, Name: t.Title, Description: t.Purpose, Kind: kindTemplate, Template: t.Name})
	if err = unlessExists(err); err != nil {
		return err
	}
	_, err = tenant.Publish(ctx, demoAction, api.Publication{Number: demoVersion, Message: "as shipped"})
	return err
}

func setUpFlow(ctx context.Context, tenant *client.Tenant) error {
	a := api.Attachment{Action: demoAction, Version: demoVersion, Config: json.RawMessage(demoConfig)}
	_, err := tenant.CreateFlow(ctx, api.NewFlow{
		Slug: demoFlow, Kind: "login", Name: "Sign-in", Slots: map[string]api.Slot{demoSlot: {Default: []api.Attachment{a}}},
	})
	return err
}

func (s *demoSecrets) create(ctx context.Context, tenant *client.Tenant) error {
	admin, err := tenant.CreateKey(ctx, api.NewKey{Name: "demo admin", Role: "admin"})
	if err != nil {
		return err
	}
	execute, err := tenant.CreateKey(ctx, api.NewKey{Name: "demo login system", Role: "execute"})
	if err != nil {
		return err
	}
	s.Admin, s.Execute = admin.Secret, execute.Secret
	return nil
}
