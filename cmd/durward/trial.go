package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/durward/durward/web/api"
)

type actionRun struct {
	tenantConnection
	Slug    string `arg:"" help:"The action's slug."`
	Trigger string `placeholder:"TRIGGER" help:"Where to run it, for example login.after. Default: the draft's trigger, if it has one only."`
	Event   string `default:"{}" placeholder:"FILE|-|JSON" help:"What the login system would send."`
	Config  string `default:"{}" placeholder:"FILE|-|JSON" help:"What an attachment would give it."`
}

// Help is shown below the summary.
func (actionRun) Help() string {
	return `The draft runs in the same sandbox and under the same limits as what is published. Nothing is stored and nothing that is live changes.

    durward action run welcome --trigger login.after --event '{"user": {"id": "u1", "email": "ada@example.com"}}'

The exit code is 1 if the action fails, and 0 whatever it answers.`
}

func (c *actionRun) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	trial := api.Trial{Trigger: c.Trigger}
	if trial.Event, err = readJSON("--event", c.Event, s); err != nil {
		return err
	}
	if trial.Config, err = readJSON("--config", c.Config, s); err != nil {
		return err
	}
	result, err := patiently(ctx, s, func(ctx context.Context) (api.TrialResult, error) { return tenant.RunDraft(ctx, c.Slug, trial) })
	if err != nil {
		return err
	}
	if err := c.show(s.out, result, func(w io.Writer) { printTrial(w, &result) }); err != nil {
		return err
	}
	if result.Failure != nil {
		return errReported
	}
	return nil
}

func printTrial(w io.Writer, r *api.TrialResult) {
	for _, d := range r.Warnings {
		printDiagnostic(w, d)
	}
	printLogs(w, r.Logs, r.LogsDropped)
	printRequests(w, r.Requests)
	if r.Failure != nil {
		printFailure(w, r.Failure)
	} else {
		_ = printJSON(w, r.Outcome)
	}
	fmt.Fprintf(w, "took %s, %s of it computing\n", micros(r.DurationUS), micros(r.CPUUS))
}

func printLogs(w io.Writer, logs []api.Log, dropped int) {
	for _, l := range logs {
		fmt.Fprintf(w, "%10s  %-5s  %s\n", "+"+micros(l.AtUS), l.Level, harmless(l.Message+fieldsText(l.Fields)))
	}
	if dropped > 0 {
		fmt.Fprintf(w, "%d more lines were written than are kept\n", dropped)
	}
}

func fieldsText(fields json.RawMessage) string {
	if len(fields) == 0 {
		return ""
	}
	return " " + string(fields)
}

// printRequests shows what an action sent over the network.
func printRequests(w io.Writer, list []api.Request) {
	for _, r := range list {
		fmt.Fprintf(w, "%10s  %s %s%s %s, %d bytes sent, %d received\n", micros(r.DurationUS), harmless(r.Method), harmless(r.Host), harmless(r.Path), answered(&r), r.Sent, r.Received)
	}
}

// answered is how a request ended.
func answered(r *api.Request) string {
	if r.Error != "" {
		return "failed: " + harmless(r.Error)
	}
	return strconv.Itoa(r.Status)
}

// printFailure shows how an action failed: where it was, with the line, and how it came there.
func printFailure(w io.Writer, f *api.Failure) {
	var nearest api.Frame // in the author's files: of those the lines are known
	for _, at := range slices.Backward(f.Stack) {
		if at.Text != "" || nearest.Text == "" {
			nearest = at
		}
	}
	fmt.Fprintf(w, "%sfailed (%s): %s\n", place(nearest.File, nearest.Line, nearest.Column), f.Kind, harmless(f.Message))
	printLine(w, nearest.Text, nearest.Column, 1)
	if f.Limit != "" {
		fmt.Fprintf(w, "    the limit is %s\n", f.Limit)
	}
	if f.Hint != "" {
		fmt.Fprintf(w, "    %s\n", f.Hint)
	}
	for _, at := range f.Stack {
		name := at.Function
		if name == "" {
			name = "(no name)"
		}
		fmt.Fprintf(w, "    at %s %s:%d:%d\n", harmless(name), at.File, at.Line, at.Column)
	}
}
