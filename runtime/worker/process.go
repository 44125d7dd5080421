package worker

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/durward/durward/runtime/vm"
)

var (
	strict = []json.Options{json.RejectUnknownMembers(true)}
	lossy  = []json.Options{jsontext.AllowInvalidUTF8(true)} // a lone surrogate in a message becomes U+FFFD
)

// process is the server's side of one worker process.
type process struct {
	cmd    *exec.Cmd
	tenant string // empty for a spare; set once, under the pool's lock
	socket *os.File
	stderr *head
	gone   chan struct{} // closed when the process is gone and reaped

	hosting sync.WaitGroup // calls of the host

	writing sync.Mutex
	out     []byte // the frames to write

	mu       sync.Mutex
	calls    map[uint64]*call // that are in the worker
	lastID   uint64
	programs map[vm.Digest]struct{}
	sent     int  // executions, over its life
	retiring bool // takes no new calls
	killed   string
	heard    time.Time // when it sent something last
}

// call is an execution or a task in a worker.
type call struct {
	*request
	done     chan answer // has room for the one answer
	deadline *time.Timer // of expire
	late     bool        // it has expired, and nobody waits for the worker's answer any more
	sent     atomic.Bool // the worker's socket has taken all of it
	hosted   hosted
}

// answer is how a call ended; lost says that the worker died first.
type answer struct {
	result vm.Result
	body   []byte
	err    error
	lost   *loss
}

// loss is why a worker died while it held a call.
type loss struct {
	failure *vm.Failure
	alone   bool // the call was the only one in the worker
	guilty  bool // the call is known to be the cause
	touched bool // the call has asked the host for something, and may have had an effect outside
}

// receive reads what the worker sends until it is gone, then fails the calls that it held. It calls free after every answer.
func (p *process) receive(free func(*process), ended func(p *process, reason string)) {
	err := p.readFrames(free)
	if !errors.Is(err, io.EOF) {
		p.kill("killed") // it talks nonsense
	}
	_ = p.cmd.Process.Kill() // it is dead, unless it has closed its socket and lives on; autopsy tells its own end from this
	_ = p.cmd.Wait()         // what it says is read from ProcessState below
	p.socket.Close()
	reason, failure := p.autopsy()
	p.mu.Lock()
	p.retiring = true
	calls := p.calls
	p.calls = nil
	p.mu.Unlock()
	for _, c := range calls {
		c.hosted.end()
	}
	p.hosting.Wait()
	ended(p, reason)
	close(p.gone)
	for _, c := range calls {
		c.deadline.Stop()
		if c.late {
			continue
		}
		c.done <- answer{lost: &loss{failure: failure, alone: len(calls) == 1, touched: c.hosted.touched()}}
	}
}

func (p *process) readFrames(free func(*process)) error {
	var in inbox
	for {
		n, err := p.socket.Read(in.room())
		if err != nil {
			return io.EOF // closed by either side, or reset
		}
		in.grown(n)
		for {
			f, ok, err := in.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if f.kind == frameHostCall {
				if err := p.serveHost(f); err != nil {
					return err
				}
				continue
			}
			if err := p.accept(f); err != nil {
				return err
			}
			free(p)
		}
	}
}

// accept takes one frame from the worker. There is one answer to a call; an answer to nothing is an error.
func (p *process) accept(f frame) error {
	var a answer
	retire := false
	switch f.kind {
	case frameResult:
		var err error
		if a.result, retire, err = readResult(f.payload); err != nil {
			return err
		}
	case frameStuck:
		result, _, err := readResult(f.payload)
		if err != nil || result.Failure == nil {
			return errFrame
		}
		retire = true
		a.lost = &loss{failure: result.Failure, guilty: true}
	case frameAnswer:
		body, failure, err := readAnswer(f.payload)
		if err != nil {
			return err
		}
		a.body = body
		if failure != "" {
			a.err = errors.New(failure)
		}
	default:
		return errFrame
	}
	c := p.take(f, len(a.result.Outcome), retire)
	if c == nil {
		return errFrame
	}
	c.deadline.Stop()
	c.hosted.end()
	if !c.late {
		c.done <- a
	}
	return nil
}

// take takes the call that a frame answers out of the worker's. It returns nil if the frame is no answer to a call, and leaves the call to its loss then.
func (p *process) take(f frame, outcome int, retire bool) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.calls[f.id]
	if !ok || f.kind != c.answer && f.kind != frameStuck || outcome > c.most {
		return nil
	}
	delete(p.calls, f.id)
	p.retiring = p.retiring || retire
	p.heard = time.Now()
	return c
}

// admit gives a call an id in this worker, unless the worker takes no more calls. The grace period after its limit it expires.
func (p *process) admit(c *call, inflight int, grace time.Duration) (id uint64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retiring || p.calls == nil || len(p.calls) >= inflight {
		return 0, false
	}
	p.lastID++
	id = p.lastID
	p.sent++
	c.deadline = time.AfterFunc(c.limit+grace, func() { p.expire(id, grace) })
	p.calls[id] = c
	if len(p.calls) == 1 {
		p.heard = time.Now() // silence counts from here
	}
	return id, true
}

// expire fails a call that has not been answered in time, and ends the worker if it has been silent for the grace period, or has not even read the call. A worker that still answers
// other calls is busy, not stuck, and the call has waited behind them; whether it goes on answering is looked at again, until it has answered this one too.
func (p *process) expire(id uint64, grace time.Duration) {
	p.mu.Lock()
	c, ok := p.calls[id]
	if !ok {
		p.mu.Unlock()
		return
	}
	first := !c.late
	c.late = true
	stuck := !c.sent.Load() || time.Since(p.heard) > grace
	p.retiring = p.retiring || stuck
	if !stuck {
		c.deadline.Reset(grace)
	}
	p.mu.Unlock()
	if first {
		c.done <- answer{lost: &loss{failure: c.expired, guilty: true}}
	}
	if stuck {
		p.kill("killed")
	}
}

// send writes a call's frames to the worker. It blocks while the worker does not read, at most until the first call that waits here expires. If it fails the worker is gone or going,
// and its calls get their answer from receive.
func (p *process) send(c *call, id uint64) {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.out = c.write(p, id, p.out[:0])
	if _, err := p.socket.Write(p.out); err == nil {
		c.sent.Store(true)
	}
	if cap(p.out) > 1<<20 {
		p.out = nil
	}
}

// knows says whether the program has been sent, and notes that it will be.
func (p *process) knows(d vm.Digest) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.programs[d]
	p.programs[d] = struct{}{}
	return known
}

func (p *process) load() (calls int, retiring bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls), p.retiring
}

// retire makes the worker take no more calls.
func (p *process) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retiring = true
}

// wear says how many calls are in the worker and whether it shall end once there are none.
func (p *process) wear(executions int) (calls int, worn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retiring = p.retiring || p.sent >= executions || len(p.programs) >= maxPrograms
	return len(p.calls), p.retiring
}

// maxPrograms bounds the programs that a worker keeps compiled; a tenant that uses more gets a new worker now and then.
const maxPrograms = 256

func (p *process) idleSince() (since time.Time, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard, len(p.calls) == 0 && !p.retiring
}

// retireIdle makes the worker take no more calls if it has none; it returns false if one has come in.
func (p *process) retireIdle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.calls) > 0 {
		return false
	}
	p.retiring = true
	return true
}

// kill ends the process at once. The first reason counts.
func (p *process) kill(reason string) {
	p.mu.Lock()
	if p.killed == "" {
		p.killed = reason
	}
	p.mu.Unlock()
	_ = p.cmd.Process.Kill()
}
