package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// packaged are the actions of the mode packages: one that imports nothing, and ones that use what login code uses.
var packaged = []struct {
	name         string
	dependencies map[string]string
	source       string
}{
	{"no package", nil, `export function execute() { return { kind: "continue" } }`},
	{"jose, verifies a token", map[string]string{"jose": "*"}, `
import { SignJWT, jwtVerify } from "jose";
const key = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
export async function execute(input) {
  const token = await new SignJWT({ email: input.user.email }).setProtectedHeader({ alg: "HS256" }).sign(key);
  return { kind: "continue", state: { email: (await jwtVerify(token, key)).payload.email } };
}`},
	{"zod, parses the user", map[string]string{"zod": "*"}, `
import { z } from "zod";
const User = z.object({ id: z.string().min(1), email: z.email() });
export function execute(input) { return { kind: "continue", state: { email: User.parse(input.user).email } } }`},
	{"axios, no request", map[string]string{"axios": "*"}, `
import axios from "axios";
export function execute(input) {
  return { kind: "continue", state: { url: axios.create({ baseURL: "https://api.example.com" }).getUri({ url: "/users", params: { email: input.user.email } }) } };
}`},
	{"fetch, one request", nil, `
export async function execute(input) { const r = await fetch("http://STUB/users"); return { kind: "continue", state: { risk: (await r.json()).risk } } }`},
	{"axios, one request", map[string]string{"axios": "*"}, `
import axios from "axios";
export async function execute(input) { const r = await axios.get("http://STUB/users"); return { kind: "continue", state: { risk: r.data.risk } } }`},
}

// measurePackages measures execute for actions that use npm packages, side by side with one that uses none. Each is called without a pause, and then with a pause between two calls, in which a worker can
// load the program ahead of the next one.
func measurePackages(binary, installed string, duration time.Duration, rounds int) error {
	ctx := context.Background()
	registry, err := startRegistry(installed)
	if err != nil {
		return err
	}
	defer registry.Close()
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"risk":7}`)
	}))
	defer stub.Close()
	s, err := launch(binary, false, func(data, address string) ([]string, []string) {
		npmrc := filepath.Join(data, "npmrc")
		_ = os.WriteFile(npmrc, []byte("registry="+registry.URL+"/\n"), 0o600)
		return []string{binary, "serve", "--data", filepath.Join(data, "server"), "--listen", address, "--log-level", "warn", "--npmrc", npmrc}, nil
	})
	if err != nil {
		return err
	}
	defer s.stop()
	targets, sizes, err := s.preparePackaged(ctx, stub.Listener.Addr().String())
	if err != nil {
		return err
	}
	fmt.Printf("execute over HTTP, one connection, %d rounds of %v each, medians\n\n", rounds, duration)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tbundle\tno pause: p50 µs\tp99 µs\t20/s: p50 µs\tp99 µs\t")
	for i, p := range packaged {
		var busy, paused []result
		for range rounds {
			b, err := closed(targets[i], 1, duration)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			w, err := open(targets[i], 20, duration)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			busy, paused = append(busy, b), append(paused, w)
		}
		b, w := middle(busy), middle(paused)
		fmt.Fprintf(table, "%s\t%d KB\t%d\t%d\t%d\t%d\t\n", p.name, sizes[i]>>10, b.p50.Microseconds(), b.p99.Microseconds(), w.p50.Microseconds(), w.p99.Microseconds())
	}
	return table.Flush()
}

// preparePackaged publishes the actions, each in a flow and a tenant of its own, and returns where to call them and how large their bundles are.
func (s *server) preparePackaged(ctx context.Context, stub string) (targets []*target, sizes []int, err error) {
	c := client.New(s.url, s.key, client.Options{})
	defer c.Close()
	if err := s.ready(ctx, c); err != nil {
		return nil, nil, err
	}
	for i, p := range packaged {
		id := fmt.Sprintf("bench-%d", i)
		if _, err := c.CreateTenant(ctx, api.NewTenant{ID: id}); err != nil {
			return nil, nil, err
		}
		tenant := c.Tenant(id)
		if _, err := tenant.SaveLimits(ctx, api.LimitsChange{InternalHosts: []string{stub}}); err != nil {
			return nil, nil, err
		}
		key, err := tenant.CreateKey(ctx, api.NewKey{Name: "login", Role: "execute"})
		if err != nil {
			return nil, nil, err
		}
		source := api.Source{Files: map[string]string{"action.js": strings.ReplaceAll(p.source, "STUB", stub)}, Triggers: []string{"login.after"}, Dependencies: p.dependencies, Hosts: []string{"*"}}
		if _, err := tenant.CreateAction(ctx, api.NewAction{Slug: "action", Source: source}); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if _, err := tenant.Publish(ctx, "action", api.Publication{Number: "1.0.0"}); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		v, err := tenant.Version(ctx, "action", "1.0.0", true)
		if err != nil {
			return nil, nil, err
		}
		flow := api.NewFlow{Slug: "login", Kind: "login", Slots: map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "action", Version: "1.0.0"}}}}}
		if _, err := tenant.CreateFlow(ctx, flow); err != nil {
			return nil, nil, err
		}
		t := newTarget(s.url, "/v1/tenants/"+id+"/flows/login/slots/after/execute", key.Secret)
		if _, err := closed(t, 1, time.Second/4); err != nil { // warm up
			return nil, nil, fmt.Errorf("%s: %w", p.name, err)
		}
		targets, sizes = append(targets, t), append(sizes, len(v.Bundle))
	}
	return targets, sizes, nil
}
