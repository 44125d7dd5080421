package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
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
	ctx := context.Background()
	s, err := startServer(binary, "error", false)
	if err != nil {
		return err
	}
	defer s.stop()
	target, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	control, err := newControl()
	if err != nil {
		return err
	}
	crowd, err := startCrowd(s, only)
	if err != nil {
		return err
	}
	defer crowd.end()
	// The measured callers stand for another machine, and must not wait for a processor. This needs privileges; without them their share of the noise is in all figures.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, -15)
	families := []*foe{control}
	for _, name := range crowd.families {
		families = append(families, &foe{name: name, start: func() (func() int, error) { return crowd.play(name) }})
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
			if before, err = f.round(target, duration, before); err != nil {
				return err
			}
		}
	}
	return neighbourReport(families)
}

// foe is what plays a family beside the measured tenant, and what that one noticed of it.
type foe struct {
	name  string
	start func() (stop func() int, err error) // stop says how many executions there were

	alone, beside []result
	executions    int
	failures      []error // of the tenant that is measured
}

// round measures beside the family and then alone, and returns the latter for the next family.
func (f *foe) round(target *target, duration time.Duration, before result) (after result, err error) {
	stop, err := f.start()
	if err != nil {
		return result{}, err
	}
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

const controlName = "(control)"

// newControl returns what is no tenant at all: a process that keeps all processors busy beside the server, as low in rank as a process can be. What it costs the measured tenant is the
// machine's own doing, such as a hypervisor that gives less to who uses all, and no sandbox can do better.
func newControl() (*foe, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &foe{name: controlName, start: func() (func() int, error) {
		spinner := exec.Command(self, "-spin")
		if err := spinner.Start(); err != nil {
			return nil, err
		}
		return func() int {
			_ = spinner.Process.Kill()
			_ = spinner.Wait()
			return neighbourCrowd
		}, nil
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
		if f.name != controlName && f.ratio() > neighbourGoal {
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
