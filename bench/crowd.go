package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward/durward/bench/hostile"
	"github.com/durward/durward/web/client"
)

// crowd is the process in which the callers of hostile programs are. It has the lowest priority that there is: what it costs to make their requests, some of a megabyte, is no part of what the server costs its tenants.
type crowd struct {
	cmd      *exec.Cmd
	in       io.WriteCloser // a name begins a family, an empty line ends it
	out      *bufio.Scanner // the names and an empty line; then the number of executions, for each family that was ended
	families []string
}

// startCrowd starts the process and waits until it has set up the families that match only, or has said that it cannot.
func startCrowd(s *server, only string) (*crowd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &crowd{cmd: exec.Command("nice", "-n", "19", self, "-crowd", s.url, "-family", only)} // a process that runs can lower but one of its threads
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), "DURWARD_OPERATOR_KEY="+s.key), os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for c.out.Scan() {
		if c.out.Text() == "" {
			return c, nil
		}
		c.families = append(c.families, c.out.Text())
	}
	c.end()
	return nil, errCrowd
}

var errCrowd = errors.New("the process with the callers of hostile programs has ended")

// play begins a family.
func (c *crowd) play(family string) (stop func() int, err error) {
	if _, err := fmt.Fprintln(c.in, family); err != nil {
		return nil, errors.Join(errCrowd, err)
	}
	return func() int {
		_, _ = fmt.Fprintln(c.in)
		c.out.Scan()
		n, _ := strconv.Atoi(c.out.Text()) // 0 if it has ended, which the next play finds out
		return n
	}, nil
}

func (c *crowd) end() {
	_ = c.in.Close() // the process may have ended already
	_ = c.cmd.Wait()
}

// beCrowd is what that process does, until its input ends.
func beCrowd(url, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	ctx := context.Background()
	operator := client.New(url, os.Getenv("DURWARD_OPERATOR_KEY"), client.Options{Timeout: time.Minute})
	families := map[string]*family{}
	for _, programs := range hostile.Families(hostile.Corpus()) {
		name := programs[0].Family
		if !wanted.MatchString(name) {
			continue
		}
		if families[name], err = newFamily(ctx, operator, url, programs); err != nil {
			return fmt.Errorf("family %s: %w", name, err)
		}
		fmt.Println(name)
	}
	fmt.Println()
	var stop func() int
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if name := in.Text(); name != "" {
			stop = families[name].play(ctx)
		} else {
			fmt.Println(stop())
		}
	}
	return nil
}

// family is a hostile tenant with the programs of one family.
type family struct {
	player  *hostile.Player
	parts   []*hostile.Part
	refused []*hostile.Program
	targets hostile.Targets
}

func newFamily(ctx context.Context, operator *client.Client, url string, programs []*hostile.Program) (*family, error) {
	f := &family{targets: hostile.Targets{Canary: url, Server: url, Hang: url, Flood: url}}
	var err error
	if f.player, err = hostile.NewPlayer(ctx, operator, "foe-"+programs[0].Family); err != nil {
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

// play runs the family's programs, several at a time, until the function is called that it returns: that one waits for those under way, and says how many there were. Programs that are not
// published are tried to be published, again and again.
func (f *family) play(ctx context.Context) (stop func() int) {
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
