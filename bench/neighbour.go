package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/bench/hostile"
	"github.com/durward/durward/web/client"
)

const (
	neighbourRate  = 200 // calls a second of the tenant that is measured
	neighbourCrowd = 4   // hostile executions at a time
	// neighbourGoal is how many times slower than alone the slowest hundredth of the calls may be.
	neighbourGoal = 2.0
)

// neighbour measures what a tenant notices of another one that runs hostile programs: for each family that matches only, alone and beside it by turns, so that a slow minute of the
// machine meets both. It returns an error if a call failed or was answered wrong, or if a family passes the goal.
func neighbour(binary, only string, duration time.Duration, rounds int) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := startServer(binary, "error", false)
	if err != nil {
		return err
	}
	defer s.stop()
	// The callers stand for another machine, and must not wait for a processor behind the programs. This needs privileges; without them their share of the noise is in all figures.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, -15)
	target, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	operator := client.New(s.url, s.key, client.Options{Timeout: time.Minute})
	control, err := newControl()
	if err != nil {
		return err
	}
	families := []*foe{control}
	for _, programs := range hostile.Families(hostile.Corpus()) {
		if name := programs[0].Family; wanted.MatchString(name) {
			f, err := newFoe(ctx, operator, s.url, programs)
			if err != nil {
				return fmt.Errorf("family %s: %w", name, err)
			}
			families = append(families, f)
		}
	}
	if _, err := open(target, neighbourRate, duration); err != nil { // warm up
		return err
	}
	for range rounds {
		before, err := open(target, neighbourRate, duration)
		if err != nil {
			return err
		}
		for _, f := range families {
			if before, err = f.round(ctx, target, duration, before); err != nil {
				return err
			}
		}
	}
	return neighbourReport(families)
}

// foe is a hostile tenant that runs one family, and what the measured tenant noticed of it.
type foe struct {
	name    string
	start   func(context.Context) (stop func() int)
	player  *hostile.Player
	parts   []*hostile.Part
	refused []*hostile.Program
	targets hostile.Targets

	alone, beside []result
	executions    int
	failures      []error // of the tenant that is measured
}

func newFoe(ctx context.Context, operator *client.Client, url string, programs []*hostile.Program) (*foe, error) {
	f := &foe{name: programs[0].Family, targets: hostile.Targets{Canary: url, Server: url, Hang: url, Flood: url}}
	f.start = f.play
	var err error
	if f.player, err = hostile.NewPlayer(ctx, operator, "foe-"+f.name); err != nil {
		return nil, err
	}
	for _, p := range programs {
		part, refusal, err := f.player.Attach(ctx, p)
		switch {
		case err != nil:
			return nil, err
		case refusal != nil:
			f.refused = append(f.refused, p)
		default:
			f.parts = append(f.parts, part)
		}
	}
	return f, nil
}

// round measures beside the family and then alone, and returns the latter for the next family.
func (f *foe) round(ctx context.Context, target *target, duration time.Duration, before result) (after result, err error) {
	stop := f.start(ctx)
	beside, err := open(target, neighbourRate, duration)
	f.executions += stop()
	if err != nil {
		f.failures = append(f.failures, err)
	}
	if after, err = open(target, neighbourRate, duration); err != nil {
		f.failures = append(f.failures, err)
		return before, nil
	}
	f.beside = append(f.beside, beside)
	f.alone = append(f.alone, before, after)
	return after, nil
}

// newControl returns what is no tenant at all: a process that keeps all processors busy beside the server, as low in rank as a process can be. What it costs the measured tenant is the
// machine's own doing, such as a hypervisor that gives less to who uses all, and no sandbox can do better.
func newControl() (*foe, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &foe{name: "(control)", start: func(context.Context) func() int {
		spinner := exec.Command(self, "-spin")
		if err := spinner.Start(); err != nil {
			panic(err) // it has just been started by this one
		}
		return func() int {
			_ = spinner.Process.Kill()
			_ = spinner.Wait()
			return neighbourCrowd
		}
	}}, nil
}

// spin computes for ever, on as many threads as hostile programs run at a time.
func spin() error {
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19); err != nil {
		return err
	}
	runtime.GOMAXPROCS(neighbourCrowd)
	for range neighbourCrowd {
		go func() {
			for { //nolint:revive,staticcheck // that is all
			}
		}()
	}
	select {}
}

// play runs the family's programs, several at a time, until the function is called that it returns: that one waits for those under way, and says how many there were. Programs that are not
// published are tried to be published, again and again.
func (f *foe) play(ctx context.Context) (stop func() int) {
	var running sync.WaitGroup
	var stopped atomic.Bool
	var count atomic.Int64
	for i := range neighbourCrowd {
		running.Go(func() {
			for n := i; !stopped.Load(); n++ {
				if len(f.parts) > 0 {
					_, _ = f.parts[n%len(f.parts)].Execute(ctx, f.targets)
				} else {
					_, _, _ = f.player.Attach(ctx, f.refused[n%len(f.refused)])
				}
				count.Add(1)
			}
		})
	}
	return func() int {
		stopped.Store(true)
		running.Wait()
		return int(count.Load())
	}
}

// neighbourReport prints what was measured; the control is the first.
func neighbourReport(families []*foe) error {
	fmt.Printf("what a tenant that calls %d times a second notices of one that runs each family, %d at a time\n\n", neighbourRate, neighbourCrowd)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "family\tp50 alone µs\tp50 µs\tp99 alone µs\tp99 µs\tp99 ratio\tto control\thostile/round\tfailed\t")
	var beyond, failed int
	control := middle(families[0].beside)
	slices.SortFunc(families, func(a, b *foe) int { return cmp.Compare(b.ratio(), a.ratio()) })
	for _, f := range families {
		alone, beside := middle(f.alone), middle(f.beside)
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%.2f\t%.2f\t%d\t%d\t\n", f.name, alone.p50.Microseconds(), beside.p50.Microseconds(), alone.p99.Microseconds(), beside.p99.Microseconds(),
			f.ratio(), float64(beside.p99)/float64(control.p99), f.executions/len(f.beside), len(f.failures))
		if f.player != nil && f.ratio() > neighbourGoal {
			beyond++
		}
		failed += len(f.failures)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, f := range families {
		for _, err := range f.failures {
			fmt.Printf("%s: %v\n", f.name, err)
		}
	}
	if beyond > 0 || failed > 0 {
		return fmt.Errorf("%d of %d families pass the ratio of %.1f, and %d calls failed", beyond, len(families)-1, neighbourGoal, failed)
	}
	return nil
}

func (f *foe) ratio() float64 {
	if len(f.beside) == 0 {
		return 0
	}
	return float64(middle(f.beside).p99) / float64(middle(f.alone).p99)
}
