package main

import (
	"crypto/rand"
	"fmt"

	"github.com/durward/durward/catalog/seal"
)

type keygenCommand struct {
	For string `arg:"" optional:"" enum:"operator,seal" default:"operator" help:"operator: the key to everything; seal: the key that secrets are sealed with."`
}

// Help is shown below the summary.
func (keygenCommand) Help() string {
	return `Both keys go into the environment of the server, which keeps no copy.

With the operator key, the operator creates tenants, makes their first keys and takes backups. With the seal key, the server seals secrets before it stores them; who loses it loses them.

    export DURWARD_OPERATOR_KEY=$(durward keygen)
    export DURWARD_SEAL_KEY=$(durward keygen seal)`
}

func (c keygenCommand) Run(s streams) error {
	key := newOperatorKey()
	if c.For == "seal" {
		key = seal.NewKey()
	}
	_, err := fmt.Fprintln(s.out, key)
	return err
}

// newOperatorKey makes a key of at least 128 random bits. The prefix lets scanners find one that was committed by mistake.
func newOperatorKey() string { return "dwo_" + rand.Text() + rand.Text() }
