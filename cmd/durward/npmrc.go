package main

import (
	"fmt"
	"os"

	"github.com/durward/durward/bundler/npm"
)

// readNpmrc reads the operator's npm settings. Without a file there are none.
func readNpmrc(name string) (*npm.Settings, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--npmrc: %w", err)
	}
	settings, err := npm.ParseSettings(string(text), os.LookupEnv)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--npmrc: %s: %v", name, err)}
	}
	if settings.Registry == nil && len(settings.Scopes) == 0 {
		return nil, &usageError{fmt.Sprintf("--npmrc: %s names no registry: write registry=https://…/ or @scope:registry=https://…/", name)}
	}
	return settings, nil
}
