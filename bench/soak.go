package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/bench/hostile"
	"github.com/durward/durward/web/client"
)

const (
	soakHonest  = 2 // tenants
	soakAlone   = 4 // hostile tenants that run one program at a time: their answers are checked as those of the corpus
	soakCrowds  = 2 // hostile tenants that run several: what a tenant's programs do to each other is its own affair
	soakCrowd   = 4 // at a time
	soakSamples = 20
	// soakLargest leaves the largest sources out, in bytes: the server keeps what it has run, and would grow until it had run them all.
	soakLargest = 64 << 10
)

// soak lets hostile and honest tenants call for a long time, and returns an error if an answer was wrong or something grew that must not: the server's memory, its goroutines,
// its descriptors, or the number of its processes.
func soak(binary string, duration time.Duration) error {
	ctx := context.Background()
	s, err := startServer(binary, "error", false)
	if err != nil {
		return err
	}
	stopped := false
	defer func() {
		if !stopped {
			s.stop()
		}
	}()
	operator := client.New(s.url, s.key, client.Options{Timeout: time.Minute})
	if err := s.ready(ctx, operator); err != nil {
		return err
	}
	k := &soaking{server: s, counts: map[string]int{}}
	if err := k.prepare(ctx, operator); err != nil {
		return err
	}
	fmt.Printf("%d hostile tenants, %d of them with %d executions at a time, and %d honest ones, for %v\n\n", soakAlone+soakCrowds, soakCrowds, soakCrowd, soakHonest, duration)
	samples, err := k.run(ctx, duration)
	if err != nil {
		return err
	}
	family, err := hostile.Processes(s.cmd.Process.Pid)
	if err != nil {
		return err
	}
	stopped = true
	s.stop()
	for _, p := range family {
		if p.Lives() {
			k.fault("process %d outlives the server", p.PID)
		}
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		k.fault("the server ended with %d", code)
	}
	return k.verdict(samples)
}

// soaking is a soak under way.
type soaking struct {
	server *server
	honest []*hostile.Honest
	parts  [soakAlone + soakCrowds][]*hostile.Part // of each hostile tenant; the crowds are the last

	mu     sync.Mutex
	counts map[string]int // answers
	faults []string
	total  int // of faults; only the first are kept
}

func (k *soaking) fault(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.total++; len(k.faults) < 30 {
		k.faults = append(k.faults, fmt.Sprintf(format, args...))
	}
}

func (k *soaking) prepare(ctx context.Context, operator *client.Client) error {
	for i := range soakHonest {
		h, err := hostile.NewHonest(ctx, operator, fmt.Sprintf("honest-%d", i))
		if err != nil {
			return err
		}
		k.honest = append(k.honest, h)
	}
	var players []*hostile.Player
	for i := range k.parts {
		y, err := hostile.NewPlayer(ctx, operator, fmt.Sprintf("hostile-%d", i))
		if err != nil {
			return err
		}
		players = append(players, y)
	}
	for i, p := range hostile.Corpus() {
		if p.Size() > soakLargest {
			continue
		}
		tenant := i % len(players)
		part, refusal, err := players[tenant].Attach(ctx, p)
		switch {
		case err != nil:
			return err
		case refusal != nil:
			if err := p.Check(refusal); err != nil {
				k.fault("%v", err)
			}
		default:
			k.parts[tenant] = append(k.parts[tenant], part)
		}
	}
	return nil
}

// run executes programs in random order, and honest actions beside them, and samples the server until the time is over and what is under way has ended.
func (k *soaking) run(ctx context.Context, duration time.Duration) ([]sample, error) {
	loading, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	targets := hostile.Targets{Canary: k.server.url, Server: k.server.url, Hang: k.server.url, Flood: k.server.url}
	var running sync.WaitGroup
	for tenant, parts := range k.parts {
		times, check := 1, (*hostile.Program).Check
		if tenant >= soakAlone {
			times, check = soakCrowd, func(*hostile.Program, *hostile.Result) error { return nil }
		}
		for range times {
			running.Go(func() {
				for loading.Err() == nil {
					part := parts[rand.IntN(len(parts))]
					r, err := part.Execute(ctx, targets)
					if err == nil {
						k.count(r.Answer)
						if !part.Late(r) { // it is full here
							err = check(part.Program, r)
						}
					}
					if err != nil {
						k.fault("%v", err)
					}
				}
			})
		}
	}
	for i, h := range k.honest {
		running.Go(func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for n := 0; loading.Err() == nil; n++ {
				if err := h.Call(ctx, n); err != nil {
					k.fault("honest call %d of tenant %d: %v", n, i, err)
				}
				k.count("honest")
				<-tick.C
			}
		})
	}
	samples, err := k.watch(loading, duration/soakSamples)
	running.Wait()
	return samples, err
}

func (k *soaking) count(answer string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.counts[answer]++
}

// sample is what the server holds at a moment.
type sample struct {
	at          time.Duration
	rss         int64
	processes   int
	descriptors int
	goroutines  int
}

// watch samples and prints what the server holds until ctx ends.
func (k *soaking) watch(ctx context.Context, every time.Duration) ([]sample, error) {
	table := tabwriter.NewWriter(os.Stdout, 9, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "s\tserver MB\tprocesses\tdescriptors\tgoroutines\t")
	began := time.Now()
	var samples []sample
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return samples, nil
		case <-tick.C:
		}
		m, err := k.server.sample()
		if err != nil {
			return nil, fmt.Errorf("sample: %w", err)
		}
		m.at = time.Since(began)
		samples = append(samples, m)
		fmt.Fprintf(table, "%.0f\t%d\t%d\t%d\t%d\t\n", m.at.Seconds(), m.rss>>20, m.processes, m.descriptors, m.goroutines)
		if err := table.Flush(); err != nil {
			return nil, err
		}
	}
}

func (s *server) sample() (m sample, err error) {
	family, err := hostile.Processes(s.cmd.Process.Pid)
	if err != nil {
		return m, err
	}
	m.processes = len(family)
	if m.rss, _, err = family[0].RSS(); err != nil {
		return m, err
	}
	if m.descriptors, err = family[0].Descriptors(); err != nil {
		return m, err
	}
	m.goroutines, err = s.goroutines()
	return m, err
}

func (s *server) goroutines() (int, error) {
	response, err := http.Get(s.url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			return strconv.Atoi(value)
		}
	}
	return 0, errors.New("no metric go_goroutines")
}

// verdict compares the last quarter of the time with the second one: in the first the server comes to its size.
func (k *soaking) verdict(samples []sample) error {
	if len(samples) < 8 {
		return errors.New("too few samples for a verdict")
	}
	quarter := len(samples) / 4
	early, late := samples[quarter:2*quarter], samples[len(samples)-quarter:]
	for _, figure := range []struct {
		name  string
		of    func(sample) int64
		slack int64 // that comes and goes with what is under way
	}{
		{"server MB", func(m sample) int64 { return m.rss >> 20 }, 32},
		{"processes", func(m sample) int64 { return int64(m.processes) }, 12},
		{"descriptors", func(m sample) int64 { return int64(m.descriptors) }, 48},
		{"goroutines", func(m sample) int64 { return int64(m.goroutines) }, 96},
	} {
		before, after := median(early, figure.of), median(late, figure.of)
		fmt.Printf("%s: %d, and %d at the end\n", figure.name, before, after)
		if after > before+before/5+figure.slack {
			k.fault("%s grew from %d to %d", figure.name, before, after)
		}
	}
	fmt.Println("answers:", k.counts)
	for _, fault := range k.faults {
		fmt.Println("FAULT", fault)
	}
	if k.total > 0 {
		return fmt.Errorf("%d faults", k.total)
	}
	fmt.Println("no fault: nothing leaked, every answer was right")
	return nil
}

func median(samples []sample, of func(sample) int64) int64 {
	values := make([]int64, len(samples))
	for i, m := range samples {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
