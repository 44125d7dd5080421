package host

import "errors"

// CheckAddress is what is asked before an address is dialled for a host. A test cannot dial public addresses to see that they are let through.
func CheckAddress(internal bool, host, address string) error {
	d := dialler{internal: internal}
	return d.check(host, address)
}

// Normal reads a URL as fetch does, and returns it with the address that would be dialled.
func Normal(raw string) (url, address string, err error) {
	t, err := parseTarget(raw)
	if err != nil {
		return "", "", err
	}
	return t.url.String(), t.address(), nil
}

// Allows says whether a list of hosts has an entry for a URL.
func Allows(hosts []string, raw string) bool {
	t, err := parseTarget(raw)
	return err == nil && matchesAny(patterns(hosts), t, false)
}

// Reads says whether an entry of a list of hosts means anything.
func Reads(entry string) bool { return len(patterns([]string{entry})) == 1 }

// Code is an error's machine word.
func Code(err error) string {
	var r *refusal
	if !errors.As(err, &r) {
		return ""
	}
	return r.code
}
