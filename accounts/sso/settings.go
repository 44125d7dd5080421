package sso

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
)

// Settings are those of one provider, as a file has them.
type Settings struct {
	// ID is in the addresses of the provider's pages: a slug.
	ID string `json:"id"`
	// Name is what people call the provider. Default: the ID.
	Name string `json:"name"`
	// Issuer is the provider's issuer identifier (OpenID Connect Discovery 1.0, section 2): an https URL, or http on the same machine.
	Issuer string `json:"issuer"`
	// ClientID and the content of ClientSecretFile are what the provider knows this server by. Without a secret the server is a public client.
	ClientID         string `json:"client_id"`
	ClientSecretFile string `json:"client_secret_file"`
	// Domains are those of e-mail addresses that may sign in, in full: example.com does not stand for sub.example.com. Default: all.
	Domains []string `json:"domains"`
	// Newcomers are the roles of people who have no account and no invitation. It needs Domains. Default: none, and they get no account.
	Newcomers []Newcomer `json:"newcomers"`

	secret string
}

// Newcomer is a role in a tenant.
type Newcomer struct {
	Tenant string `json:"tenant"`
	Role   string `json:"role"`
}

// maxProviders bounds how many buttons a sign-in page can have.
const maxProviders = 20

// Parse reads the settings of providers: a JSON array. readFile reads the files of secrets.
func Parse(text []byte, readFile func(name string) ([]byte, error)) ([]Settings, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var list []Settings
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("providers of single sign-on: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("providers of single sign-on: there is something behind the array")
	}
	if len(list) > maxProviders {
		return nil, fmt.Errorf("providers of single sign-on: there are more than %d", maxProviders)
	}
	seen := map[string]bool{}
	for i := range list {
		err := list[i].complete(readFile)
		if err == nil && seen[list[i].ID] {
			err = fmt.Errorf("id: %q is there twice", list[i].ID)
		}
		if err != nil {
			return nil, fmt.Errorf("providers of single sign-on: /%d/%w", i, err)
		}
		seen[list[i].ID] = true
	}
	return list, nil
}

// complete checks the settings and fills in what they do not say. An error begins with the member at fault.
func (s *Settings) complete(readFile func(string) ([]byte, error)) error {
	if err := catalog.CheckSlug("/id", s.ID); err != nil {
		return fmt.Errorf("id: %q is not a slug", s.ID)
	}
	if s.Name == "" {
		s.Name = s.ID
	}
	if err := checkEndpoint(s.Issuer); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if s.ClientID == "" {
		return errors.New("client_id: it is missing")
	}
	for i, domain := range s.Domains {
		if s.Domains[i] = strings.ToLower(strings.TrimSpace(domain)); s.Domains[i] == "" || strings.ContainsAny(s.Domains[i], "@* /") {
			return fmt.Errorf("domains/%d: %q is not a domain such as example.com", i, domain)
		}
	}
	if len(s.Newcomers) > 0 && len(s.Domains) == 0 {
		return errors.New("newcomers: without domains, everybody who has an account at the provider would be let in")
	}
	for i, n := range s.Newcomers {
		if catalog.CheckSlug("/tenant", n.Tenant) != nil || !slices.Contains(accounts.Roles(), catalog.Role(n.Role)) {
			return fmt.Errorf("newcomers/%d: it must have a tenant, and as role admin, publisher, author or viewer", i)
		}
	}
	if s.ClientSecretFile == "" {
		return nil
	}
	secret, err := readFile(s.ClientSecretFile)
	if err != nil {
		return fmt.Errorf("client_secret_file: %w", err)
	}
	if s.secret = strings.TrimSpace(string(secret)); s.secret == "" {
		return fmt.Errorf("client_secret_file: %s is empty", s.ClientSecretFile)
	}
	return nil
}

// checkEndpoint refuses URLs on the way to which others could read or answer.
func checkEndpoint(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%q must be an https URL", text)
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost"
}

// permits says whether an address is of one of the domains.
func (s *Settings) permits(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return len(s.Domains) == 0 || slices.Contains(s.Domains, domain)
}

func (s *Settings) newcomers() []accounts.Newcomer {
	var list []accounts.Newcomer
	for _, n := range s.Newcomers {
		list = append(list, accounts.Newcomer{Tenant: catalog.TenantID(n.Tenant), Role: catalog.Role(n.Role)})
	}
	return list
}
