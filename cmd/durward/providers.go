package main

import (
	"os"

	"github.com/durward/durward/accounts/sso"
)

// readProviders reads the file of the providers of single sign-on; without a file there are none.
func readProviders(name string) ([]*sso.Provider, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	settings, err := sso.Parse(text, os.ReadFile)
	if err != nil {
		return nil, &usageError{name + ": " + err.Error()}
	}
	var providers []*sso.Provider
	for _, s := range settings {
		providers = append(providers, sso.New(s))
	}
	return providers, nil
}
