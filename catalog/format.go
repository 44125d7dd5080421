package catalog

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/durward/durward/netaddr"
)

// formats are those that config schemas have beside the standard's.
func formats() []jsonschema.Format {
	return []jsonschema.Format{
		{Name: "ip-network", Validate: textFormat(func(text string) error {
			_, err := netaddr.Network(text)
			return err
		})},
		{Name: "domain-pattern", Validate: textFormat(func(text string) error {
			_, err := netaddr.Pattern(text)
			return err
		})},
		{Name: "https-url", Validate: textFormat(checkHTTPS)},
	}
}

// textFormat is a format of strings: other values have no format.
func textFormat(check func(string) error) func(any) error {
	return func(value any) error {
		if text, ok := value.(string); ok {
			return check(text)
		}
		return nil
	}
}

// checkHTTPS refuses what browsers and servers may understand in different ways, and what sends users or data over plain http further than to this machine.
func checkHTTPS(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.ContainsAny(text, "\\ \t\r\n"):
		return errors.New("write a URL such as https://example.com/path")
	case u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1"):
		return errors.New("the URL must begin with https://; http:// is allowed for localhost only")
	case u.User != nil:
		return errors.New("the URL must not hold a user name or password")
	case u.Fragment != "":
		return errors.New("the URL must not have a fragment")
	}
	host := u.Hostname()
	if _, ok := netaddr.Domain(host); !ok {
		if _, ok := netaddr.IP(host); !ok {
			return fmt.Errorf("%q is no host", clip(host, 100))
		}
	}
	return nil
}
