//go:build linux && !race

package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bench/hostile"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/web/client"
)

const (
	hostileTenants = 4
	honestTenants  = 2
	crowd          = 4  // executions of a family's first program at the same time
	replays        = 10 // executions of a program that is late
)

var hostileFamilies = flag.String("hostile", "", "play only the families of hostile programs that match this")

// TestHostile plays the whole corpus on a real server, while honest tenants call it: each hostile answer is one that is allowed, each honest one is right, and nothing is left over.
func TestHostile(t *testing.T) {
	t.Parallel()
	operator := newOperatorKey()
	p := start(t, true, []string{"DURWARD_OPERATOR_KEY=" + operator}, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	url := p.await(`msg=ready url=(\S+)`)[1]
	c := client.New(url, operator, client.Options{Timeout: time.Minute})
	canary := newCanary(t)
	s := &stage{t: t, targets: hostile.Targets{Canary: canary.url, Server: url, Hang: canary.url, Flood: canary.url}, families: map[string]*familyReport{}}

	watched := watch(t, p.cmd.Process.Pid)
	before := watched.settle()
	ctx, cancel := context.WithCancel(t.Context())
	var honest sync.WaitGroup
	calls := s.startHonest(ctx, &honest, c)
	s.play(c)
	cancel()
	honest.Wait()
	t.Logf("%d honest calls\n%s", calls.Load(), s.report(watched.peaks()))

	require.Zero(t, canary.hits.Load(), "something reached what it must not reach")
	require.Positive(t, calls.Load())
	after := watched.settle()
	more := after.processes - before.processes
	require.LessOrEqual(t, after.descriptors, before.descriptors+4*more+16, "descriptors, with those of %d more workers", more)
	require.Equal(t, exitOK, p.end(syscall.SIGTERM))
	for _, process := range watched.family() {
		require.False(t, process.Lives(), "process %d outlives the server", process.PID)
	}
}

// stage is where the programs are played.
type stage struct {
	t       *testing.T
	targets hostile.Targets

	mu       sync.Mutex
	families map[string]*familyReport
}

type familyReport struct {
	count   int
	answers map[string]int
	slowest time.Duration
	worst   string // the name of the slowest
}

// startHonest lets honest tenants call until ctx ends.
func (s *stage) startHonest(ctx context.Context, running *sync.WaitGroup, c *client.Client) *atomic.Int64 {
	calls := &atomic.Int64{}
	for i := range honestTenants {
		h, err := hostile.NewHonest(s.t.Context(), c, fmt.Sprintf("honest-%d", i))
		require.NoError(s.t, err)
		running.Go(func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ctx.Err() == nil; n++ {
				if err := h.Call(s.t.Context(), n); err != nil {
					s.t.Errorf("honest call %d of tenant %d: %v", n, i, err)
				}
				calls.Add(1)
				<-tick.C
			}
		})
	}
	return calls
}

// play has every program played by one of the hostile tenants.
func (s *stage) play(c *client.Client) {
	families := hostile.Families(hostile.Corpus())
	wanted := regexp.MustCompile(*hostileFamilies)
	families = slices.DeleteFunc(families, func(f []*hostile.Program) bool { return !wanted.MatchString(f[0].Family) })
	programs := make(chan *hostile.Program)
	var running sync.WaitGroup
	for i := range hostileTenants {
		player, err := hostile.NewPlayer(s.t.Context(), c, fmt.Sprintf("hostile-%d", i))
		require.NoError(s.t, err)
		running.Go(func() {
			n := 0
			for program := range programs {
				n++
				if err := s.playOne(player, program, families, n); err != nil {
					s.t.Error(err)
				}
			}
		})
	}
	for _, family := range families {
		for _, program := range family {
			programs <- program
		}
	}
	close(programs)
	running.Wait()
}

// playOne plays a program, and then the tenant's own honest action.
func (s *stage) playOne(player *hostile.Player, program *hostile.Program, families [][]*hostile.Program, n int) error {
	ctx := s.t.Context()
	part, refusal, err := player.Attach(ctx, program)
	if err != nil {
		return err
	}
	if refusal != nil {
		s.note(program, refusal)
		return program.Check(refusal)
	}
	times := 1
	if slices.ContainsFunc(families, func(f []*hostile.Program) bool { return f[0] == program }) {
		times = crowd
	}
	var running sync.WaitGroup
	var late atomic.Bool
	for range times {
		running.Go(func() {
			result, err := part.Execute(ctx, s.targets)
			if err == nil {
				s.note(program, result)
				if program.Late(result) {
					late.Store(true)
					return
				}
				err = program.Check(result)
			}
			if times > 1 && result != nil && result.Answer == string(vm.FailSandboxLost) {
				return // its worker died of another one of the crowd, twice
			}
			if err != nil {
				s.t.Errorf("%v; tried again: %s", err, part.Explain(ctx, s.targets))
			}
		})
	}
	running.Wait()
	if late.Load() {
		if err := s.playPatiently(part); err != nil {
			return err
		}
	}
	if err := player.CallPatiently(ctx, n); err != nil {
		return fmt.Errorf("after %s: %w", program, err)
	}
	return nil
}

// playPatiently plays a program alone until it is not late.
func (s *stage) playPatiently(part *hostile.Part) error {
	var result *hostile.Result
	for range replays {
		var err error
		if result, err = part.Execute(s.t.Context(), s.targets); err != nil {
			return err
		}
		if !part.Late(result) {
			break
		}
	}
	return part.Check(result)
}

func (s *stage) note(program *hostile.Program, r *hostile.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.families[program.Family]
	if f == nil {
		f = &familyReport{answers: map[string]int{}}
		s.families[program.Family] = f
	}
	f.count++
	f.answers[r.Answer]++
	if r.Took > f.slowest {
		f.slowest, f.worst = r.Took, program.Name
	}
}

func (s *stage) report(worker, server int64) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "family\texecuted\tanswers\tslowest ms\t")
	for _, name := range slices.Sorted(maps.Keys(s.families)) {
		f := s.families[name]
		var answers []string
		for _, answer := range slices.Sorted(maps.Keys(f.answers)) {
			answers = append(answers, fmt.Sprintf("%d %s", f.answers[answer], answer))
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%d\t%s\n", name, f.count, strings.Join(answers, ", "), f.slowest.Milliseconds(), f.worst)
	}
	_ = table.Flush()
	return fmt.Sprintf("%speak RSS of a worker %d MB, of the server %d MB", text.String(), worker>>20, server>>20)
}

// canary is what no action may reach: it notices every connection.
type canary struct {
	url  string
	hits atomic.Int64
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &canary{url: "http://" + listener.Addr().String()}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			c.hits.Add(1)
			connection.Close()
		}
	})
	t.Cleanup(func() {
		listener.Close()
		accepting.Wait()
	})
	return c
}
