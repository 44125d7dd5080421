package main

import (
	"crypto/rand"
	"fmt"
)

type keygenCommand struct{}

// Help is shown below the summary.
func (keygenCommand) Help() string {
	return `The key goes into the environment of the server, and with it the operator creates tenants, makes their first keys and takes backups. The server keeps no copy.

    export DURWARD_OPERATOR_KEY=$(durward keygen)`
}

func (keygenCommand) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, newOperatorKey())
	return err
}

// newOperatorKey makes a key of at least 128 random bits. The prefix lets scanners find one that was committed by mistake.
func newOperatorKey() string { return "dwo_" + rand.Text() + rand.Text() }
