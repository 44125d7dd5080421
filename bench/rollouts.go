package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// steered is a flow that is called all the time while what is live of it changes.
type steered struct {
	tenant *client.Tenant
	users  atomic.Int64 // each call is about another one
}

// measureRollouts measures how long it takes until a revision that was promoted or rolled back to answers calls on the same server, and until a guard has taken a candidate back.
func measureRollouts(binary string, rounds int) error {
	ctx := context.Background()
	server, err := startServer(binary, "error", false)
	if err != nil {
		return err
	}
	defer server.stop()
	if _, err := server.prepare(ctx); err != nil {
		return err
	}
	c := client.New(server.url, server.key, client.Options{})
	defer c.Close()
	s := &steered{tenant: c.Tenant("bench")}
	if err := s.measureSwitches(ctx, 10*rounds); err != nil {
		return err
	}
	fmt.Println()
	return s.measureBreaches(ctx, rounds)
}

// candidate is a revision that lets the users of a domain in.
func candidate(base int, domain string, plan api.RolloutPlan) api.NewRollout {
	config, _ := json.Marshal(map[string]any{"domains": []string{domain}})
	attached := api.Attachment{Action: "domain-allowlist", Version: "1.0.0", Config: config}
	return api.NewRollout{Base: base, Slots: map[string]api.Slot{"after": {Default: []api.Attachment{attached}}}, RolloutPlan: plan}
}

// met is a call and the revision that it was answered with.
type met struct {
	began, ended time.Time
	revision     int
	blocked      bool
}

func (s *steered) call(ctx context.Context) (met, error) {
	m := met{began: time.Now()}
	answer, err := s.tenant.Execute(ctx, client.Execution{Flow: "login", Slot: "after", Call: api.Call{
		User: map[string]any{"id": fmt.Sprint("user-", s.users.Add(1)), "email": "ada@example.com"},
	}})
	m.ended, m.revision, m.blocked = time.Now(), answer.Flow.Revision, answer.Kind == "block"
	return m, err
}

const (
	callers  = 4
	mostSeen = 100_000 // calls during one edit
)

// callOn calls until stop is called, which returns the first error.
func (s *steered) callOn(ctx context.Context) (calls <-chan met, stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	seen, failed := make(chan met, mostSeen), make(chan error, callers)
	var running sync.WaitGroup
	for range callers {
		running.Go(func() {
			for ctx.Err() == nil {
				m, err := s.call(context.WithoutCancel(ctx))
				if err != nil {
					failed <- err
					return
				}
				select {
				case seen <- m:
				case <-ctx.Done():
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		running.Wait()
		close(seen)
		close(failed)
		close(ended)
	}()
	return seen, func() error {
		cancel()
		<-ended
		return <-failed
	}
}

// measureSwitches promotes and rolls back in turn, under load.
func (s *steered) measureSwitches(ctx context.Context, times int) error {
	promotions, rollbacks := make([]time.Duration, 0, times), make([]time.Duration, 0, times)
	seen, stop := s.callOn(ctx)
	for range times {
		f, err := s.tenant.Flow(ctx, "login")
		if err != nil {
			return err
		}
		if _, err := s.tenant.StartRollout(ctx, "login", candidate(f.Revision, "example.com", api.RolloutPlan{Steps: []api.RolloutStep{{Percent: 0}}})); err != nil {
			return err
		}
		took, err := serves(seen, func() (int, error) {
			r, err := s.tenant.Promote(ctx, "login", true)
			return r.Candidate, err
		})
		if err != nil {
			return fmt.Errorf("promote: %w", err)
		}
		promotions = append(promotions, took)
		took, err = serves(seen, func() (int, error) {
			f, err := s.tenant.RollBack(ctx, "login", api.RollBack{})
			return f.Revision, err
		})
		if err != nil {
			return fmt.Errorf("roll back: %w", err)
		}
		rollbacks = append(rollbacks, took)
	}
	if err := stop(); err != nil {
		return err
	}
	fmt.Printf("from the request that changes what is live to the first answer of the new revision, %d times, under load\n\n", times)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tmedian ms\tlongest ms\t")
	row(table, "promote", promotions)
	row(table, "roll back", rollbacks)
	return table.Flush()
}

func row(table io.Writer, name string, times []time.Duration) {
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	fmt.Fprintf(table, "%s\t%.1f\t%.1f\t\n", name, ms(times[len(times)/2]), ms(times[len(times)-1]))
}

// serves does what makes another revision live, and returns after how long the first call was answered with that. A call that begins when it is done and meets another one is an error.
func serves(seen <-chan met, edit func() (int, error)) (time.Duration, error) {
	for len(seen) > 0 {
		<-seen
	}
	began := time.Now()
	revision, err := edit()
	done := time.Now()
	var took time.Duration
	for err == nil {
		m, more := <-seen
		switch {
		case !more:
			err = errors.New("calls fail")
		case m.revision == revision && took == 0:
			took = m.ended.Sub(began)
		case m.revision != revision && m.began.After(done):
			err = fmt.Errorf("revision %d answered a call that began when revision %d was live", m.revision, revision)
		}
		if took > 0 && m.began.After(done) {
			break
		}
	}
	return took, err
}

// breached is how a candidate that blocks everybody was taken back.
type breached struct {
	after   time.Duration // since the guard had its sample
	harmed  int
	sampled time.Duration // from the start until then
}

const minSample = 50

func (s *steered) measureBreaches(ctx context.Context, rounds int) error {
	fmt.Printf("a candidate that blocks everybody, for half of the users, until its guard has taken it back, %d times each\n\n", rounds)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "sign-ins/s\t%d calls of each after s\ttaken back behind that, median s\tlongest s\tblocked, median\t\n", minSample)
	for _, rate := range []int{20, 100, 500} {
		list := make([]breached, 0, rounds)
		for range rounds {
			b, err := s.breach(ctx, rate)
			if err != nil {
				return fmt.Errorf("%d sign-ins per second: %w", rate, err)
			}
			list = append(list, b)
		}
		middle := func(of func(breached) float64) float64 {
			slices.SortFunc(list, func(a, b breached) int { return cmp.Compare(of(a), of(b)) })
			return of(list[len(list)/2])
		}
		sampled, harmed := middle(func(b breached) float64 { return b.sampled.Seconds() }), middle(func(b breached) float64 { return float64(b.harmed) })
		after := middle(func(b breached) float64 { return b.after.Seconds() })
		fmt.Fprintf(table, "%d\t%.1f\t%.2f\t%.2f\t%.0f\t\n", rate, sampled, after, list[len(list)-1].after.Seconds(), harmed)
	}
	return table.Flush()
}

// patience is how long a guard may take.
const patience = time.Minute

// breach starts a rollout that does harm, and calls at a rate until it has ended.
func (s *steered) breach(ctx context.Context, rate int) (breached, error) {
	f, err := s.tenant.Flow(ctx, "login")
	if err != nil {
		return breached{}, err
	}
	bad := candidate(f.Revision, "nobody.example", api.RolloutPlan{
		Steps: []api.RolloutStep{{Percent: 50}}, Guards: []api.RolloutGuard{{Metric: "block_rate", MaxRatio: 1.5}}, MinSample: minSample,
	})
	if _, err := s.tenant.StartRollout(ctx, "login", bad); err != nil {
		return breached{}, err
	}
	began := time.Now()
	calls, stop := s.callAt(ctx, rate)
	var sampled time.Time
	over, lost := s.ended(ctx)
	passed, harmed := 0, 0
	for {
		select {
		case m := <-calls:
			if m.blocked {
				harmed++
			} else {
				passed++
			}
			if sampled.IsZero() && min(passed, harmed) == minSample {
				sampled = m.ended
			}
		case at := <-over:
			return breached{after: at.Sub(sampled), harmed: harmed, sampled: sampled.Sub(began)}, stop()
		case err := <-lost:
			_ = stop()
			return breached{}, err
		}
	}
}

// callAt calls on a schedule, whatever the answers do, until stop is called.
func (s *steered) callAt(ctx context.Context, rate int) (calls <-chan met, stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	seen, failed := make(chan met, mostSeen), make(chan error, 1)
	var running sync.WaitGroup
	running.Go(func() {
		ticks := time.NewTicker(time.Second / time.Duration(rate))
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				m, err := s.call(context.WithoutCancel(ctx))
				if err == nil {
					seen <- m
					return
				}
				select {
				case failed <- err:
				default:
				}
			})
		}
	})
	return seen, func() error {
		cancel()
		running.Wait()
		close(failed)
		return <-failed
	}
}

// ended tells when the flow's rollout has been rolled back.
func (s *steered) ended(ctx context.Context) (<-chan time.Time, <-chan error) {
	over, lost := make(chan time.Time, 1), make(chan error, 1)
	go func() {
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			switch r, err := s.tenant.Rollout(ctx, "login"); {
			case err != nil:
				lost <- err
				return
			case r.State == "rolled_back":
				over <- time.Now()
				return
			case time.Now().After(end):
				lost <- fmt.Errorf("the rollout is %s after %v", r.State, patience)
				return
			}
		}
	}()
	return over, lost
}
