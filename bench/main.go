// Command bench measures execute over HTTP on loopback: domain-allowlist with an event of 2 KB, in a closed loop at 1, 8 and 64 connections and in an open loop at 500
// requests a second.
//
// It starts the server that -binary names. Where there are two processors and taskset, the server with its workers gets the first one and this program the second one,
// so that the figures are those of one core. Beside it runs a plain handler, which decides the same thing with no sandbox, no tenants and no record: its figures say how fast the machine is
// today. Each run is repeated and the median of the repetitions is shown: one run on a shared machine says nothing.
//
// With the argument packages it measures actions that use npm packages, beside one that uses none.
//
// With the argument rollouts it measures how soon a revision that is made live answers, and how soon a guard takes a candidate back.
//
// With the argument neighbour it measures what a tenant notices of another one that runs the hostile programs of package hostile, and with soak it lets both run for a long time
// and looks for what leaks. Both end with a verdict, and with the exit code 1 if it is bad.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/templates"
	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

func main() {
	binary := flag.String("binary", "bin/durward", "the `path` of the server's program")
	duration := flag.Duration("duration", 4*time.Second, "how long each run takes")
	rounds := flag.Int("rounds", 3, "how often each run is repeated")
	pin := flag.Bool("pin", true, "give server and load one processor each, where there are two")
	plain := flag.String("plain", "", "do not measure, but be the plain handler on this `address`")
	within := flag.String("in-process", "", "do not measure, but be the server without worker processes on this `address`")
	spinning := flag.Bool("spin", false, "do not measure, but keep the processors busy")
	crowding := flag.String("crowd", "", "do not measure, but call the hostile programs of the server with this `url`")
	family := flag.String("family", "", "neighbour: only the families that match this `pattern`")
	installed := flag.String("installed", "bundler/npm/matrix/node_modules", "packages: the `folder` in which npm has installed the packages")
	flag.Parse()
	switch {
	case *plain != "":
		fmt.Fprintln(os.Stderr, "bench:", servePlain(*plain))
		os.Exit(1)
	case *within != "":
		fmt.Fprintln(os.Stderr, "bench:", serveInProcess(*binary, *within))
		os.Exit(1)
	case *crowding != "":
		if err := beCrowd(*crowding, *family); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	case *spinning:
		fmt.Fprintln(os.Stderr, "bench:", spin())
		os.Exit(1)
	}
	var err error
	switch mode := flag.Arg(0); mode {
	case "":
		err = measure(*binary, *duration, *rounds, *pin && canPin())
	case "packages":
		err = measurePackages(*binary, *installed, *duration, *rounds)
	case "rollouts":
		err = measureRollouts(*binary, *rounds)
	case "neighbour":
		err = neighbour(*binary, *family, *duration, *rounds)
	case "soak":
		err = soak(*binary, *duration)
	default:
		err = fmt.Errorf("no mode %q", mode)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func canPin() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && runtime.NumCPU() >= 2
}

func measure(binary string, duration time.Duration, rounds int, pin bool) error {
	if pin {
		if err := exec.Command("taskset", "-a", "-p", "-c", "1", fmt.Sprint(os.Getpid())).Run(); err != nil {
			return fmt.Errorf("taskset: %w", err)
		}
	}
	s, err := startServer(binary, "warn", pin)
	if err != nil {
		return err
	}
	defer s.stop()
	target, err := s.prepare(context.Background())
	if err != nil {
		return err
	}
	bare, err := startInProcess(binary, pin)
	if err != nil {
		return err
	}
	defer bare.stop()
	within, err := bare.prepare(context.Background())
	if err != nil {
		return fmt.Errorf("in process: %w", err)
	}
	plain, stop, err := startPlain(pin)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("execute over HTTP, domain-allowlist, event of %d bytes, %d rounds of %v each, medians", len(event), rounds, duration)
	if pin {
		fmt.Print(", server and load on one processor each")
	}
	fmt.Print("\n\n")
	return report(target, within, plain, duration, rounds)
}

// report runs the scenarios side by side, a round of each after a round of each, so that a slow minute of the machine meets all of them.
func report(served, within, plain *target, duration time.Duration, rounds int) error {
	scenarios := []struct {
		name string
		run  func() (result, error)
	}{
		{"closed, 1 connection", func() (result, error) { return closed(served, 1, duration) }},
		{"closed, 8 connections", func() (result, error) { return closed(served, 8, duration) }},
		{"closed, 64 connections", func() (result, error) { return closed(served, 64, duration) }},
		{"open, 500/s", func() (result, error) { return open(served, 500, duration) }},
		{"in process, closed, 1", func() (result, error) { return closed(within, 1, duration) }},
		{"in process, closed, 64", func() (result, error) { return closed(within, 64, duration) }},
		{"plain handler, closed, 1", func() (result, error) { return closed(plain, 1, duration) }},
		{"plain handler, closed, 64", func() (result, error) { return closed(plain, 64, duration) }},
	}
	for _, t := range []*target{served, within} { // warm up
		if _, err := closed(t, 8, time.Second); err != nil {
			return err
		}
	}
	results := make([][]result, len(scenarios))
	for range rounds {
		for i, s := range scenarios {
			r, err := s.run()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			results[i] = append(results[i], r)
		}
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tp50 µs\tp99 µs\tp99.9 µs\trequests/s\t")
	medians := map[string]result{}
	for i, s := range scenarios {
		m := middle(results[i])
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%.0f\t\n", s.name, m.p50.Microseconds(), m.p99.Microseconds(), m.p999.Microseconds(), m.rate)
		medians[s.name] = m
	}
	if err := table.Flush(); err != nil {
		return err
	}
	one, many := medians["closed, 1 connection"], medians["closed, 64 connections"]
	oneWithin, manyWithin := medians["in process, closed, 1"], medians["in process, closed, 64"]
	fmt.Printf("\nthe sandbox costs %d µs (p50 at 1 connection), and leaves %.0f %% of the throughput (at 64)\n",
		(one.p50 - oneWithin.p50).Microseconds(), 100*many.rate/manyWithin.rate)
	return nil
}

func middle(results []result) result {
	pick := func(of func(result) float64) float64 {
		values := make([]float64, len(results))
		for i, r := range results {
			values[i] = of(r)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return result{
		p50:  time.Duration(pick(func(r result) float64 { return float64(r.p50) })),
		p99:  time.Duration(pick(func(r result) float64 { return float64(r.p99) })),
		p999: time.Duration(pick(func(r result) float64 { return float64(r.p999) })),
		rate: pick(func(r result) float64 { return r.rate }),
	}
}

// server is a server process with a data directory of its own.
type server struct {
	cmd  *exec.Cmd
	data string
	url  string
	key  string // the operator's
}

func startServer(binary, logLevel string, pin bool) (*server, error) {
	return launch(binary, pin, func(data, address string) ([]string, []string) {
		return []string{binary, "serve", "--data", data, "--listen", address, "--log-level", logLevel}, nil
	})
}

// launch starts a server. how returns its command and what its environment needs besides the operator's key.
func launch(binary string, pin bool, how func(data, address string) (args, env []string)) (*server, error) {
	data, err := os.MkdirTemp("", "durward-bench-")
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	key, err := exec.Command(binary, "keygen").Output()
	if err != nil {
		return nil, fmt.Errorf("%s keygen: %w", binary, err)
	}
	s := &server{data: data, url: "http://" + address, key: strings.TrimSpace(string(key))}
	args, env := how(data, address)
	s.cmd = command(pin, args)
	s.cmd.Env = append(append(os.Environ(), env...), "DURWARD_OPERATOR_KEY="+s.key)
	s.cmd.Stdout, s.cmd.Stderr = os.Stderr, os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	return s, nil
}

// command is a command that runs on the server's processor.
func command(pin bool, args []string) *exec.Cmd {
	if pin {
		args = append([]string{"taskset", "-c", "0"}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.data)
}

// prepare makes a tenant with domain-allowlist in its login flow, and returns what to send there.
func (s *server) prepare(ctx context.Context) (*target, error) {
	c := client.New(s.url, s.key, client.Options{})
	defer c.Close()
	if err := s.ready(ctx, c); err != nil {
		return nil, err
	}
	if _, err := c.CreateTenant(ctx, api.NewTenant{ID: "bench"}); err != nil {
		return nil, err
	}
	tenant := c.Tenant("bench")
	key, err := tenant.CreateKey(ctx, api.NewKey{Name: "login", Role: "execute"})
	if err != nil {
		return nil, err
	}
	t, _ := templates.Lookup("domain-allowlist")
	_, err = tenant.CreateAction(ctx, api.NewAction{Slug: t.Name, Source: api.Source{Files: t.Files, Triggers: t.Triggers, ConfigSchema: t.ConfigSchema}})
	if err != nil {
		return nil, err
	}
	if _, err := tenant.Publish(ctx, t.Name, api.Publication{Number: "1.0.0"}); err != nil {
		return nil, err
	}
	attached := api.Attachment{Action: t.Name, Version: "1.0.0", Config: []byte(`{"domains":["example.org","example.com"]}`)}
	_, err = tenant.CreateFlow(ctx, api.NewFlow{Slug: "login", Kind: "login", Slots: map[string]api.Slot{"after": {Default: []api.Attachment{attached}}}})
	if err != nil {
		return nil, err
	}
	return newTarget(s.url, "/v1/tenants/bench/flows/login/slots/after/execute", key.Secret), nil
}

func (s *server) ready(ctx context.Context, c *client.Client) error {
	var err error
	for range 100 {
		if _, err = c.System(ctx); err == nil {
			return nil
		}
		var unreachable *client.UnreachableError
		if !errors.As(err, &unreachable) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
