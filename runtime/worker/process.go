package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
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
	cmd     *child
	tenant  *tenant // nil for a spare; set once, under the pool's lock
	socket  *os.File
	stderr  *head
	memory  *memory
	dying   chan struct{} // closed when it is killed
	most    int64         // bytes of memory that it may have
	large   int           // how many times in a row it had much of that while it computed nothing; the watcher's
	turn    turn
	rest    rest
	hosting sync.WaitGroup
	holding chan struct{} // what host calls hold of the server's memory, in units
	backlog backlog

	released bool // its place in the pool is another's; guarded by the pool's lock

	writing sync.Mutex
	out     []byte // the frames to write

	mu       sync.Mutex
	board    *board
	calls    map[uint64]*call // that are in the worker; nil once it is gone
	programs map[vm.Digest]struct{}
	configs  map[vm.Digest]struct{} // large ones that the worker has
	settled  int                    // bytes of them
	sent     int                    // executions, over its life
	retiring bool                   // takes no new calls
	warming  bool                   // gets ready for its first call, and has not said yet that it is
	killed   *death
	reaped   bool      // its id may be another process'
	heard    time.Time // when it sent something last
}

// call is an execution or a task in a worker.
type call struct {
	*request
	id       uint64
	limit    time.Duration // what is left of its time
	done     chan answer   // has room for the one answer
	began    time.Time     // when it came to the worker
	deadline *time.Timer   // of expire
	late     bool          // it has expired, and nobody waits for the worker's answer any more
	sent     atomic.Bool   // the worker's socket has taken all of it
	hosted   hosted
}

// answer is how a call ended; lost says that the worker died first.
type answer struct {
	result vm.Result
	body   []byte
	err    error
	lost   *loss
}

// receive reads what the worker sends until it is gone, then fails the calls that it held. It calls free after every answer, and ended when the process is gone.
func (p *process) receive(free func(*process), ended func(p *process, reason string, calls int)) {
	if err := p.readFrames(free); !errors.Is(err, io.EOF) {
		p.kill("killed", breachOf(err))
	}
	_ = p.cmd.Process.Kill() // it is dead, unless it has closed its socket and lives on; autopsy tells its own end from this
	p.mu.Lock()
	p.reaped = true // or is about to be
	p.mu.Unlock()
	_ = p.cmd.Wait() // what it says is read from ProcessState below
	d := p.autopsy()
	p.mu.Lock()
	p.retiring = true
	calls := p.calls
	p.calls = nil
	p.mu.Unlock()
	d.blame(calls)
	for _, c := range calls {
		c.hosted.end()
	}
	p.hosting.Wait()
	p.close()
	ended(p, d.reason, len(calls))
	for id, c := range calls {
		c.deadline.Stop()
		if !c.late {
			c.done <- answer{lost: d.loss(id, c)}
		}
	}
}

// close gives back what the server has of a process that is gone.
func (p *process) close() {
	p.socket.Close()
	p.memory.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.board.close()
	p.board = nil
}

// computing is the id of the call that the worker computes, 0 if it computes none. The process is locked.
func (p *process) computing() uint64 {
	if p.board == nil {
		return 0
	}
	return p.board.computing().Load()
}

func (p *process) readFrames(free func(*process)) error {
	in := inbox{fits: p.fits}
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

// fits refuses a frame that is larger than what the call that it is about may need, before it is there.
func (p *process) fits(kind frameKind, id uint64, size int) error {
	p.mu.Lock()
	c, ok := p.calls[id]
	p.mu.Unlock()
	most := 0
	switch {
	case !ok:
		return errFrame
	case kind == frameResult, kind == frameStuck:
		most = c.most + maxReport
	case kind == frameAnswer && c.answer == frameAnswer:
		most = maxFrame
	case kind == frameHostCall && size > c.bodies+maxReport:
		return &breach{id, bodiesFailure(c.bodies)}
	case kind == frameHostCall:
		most = maxFrame
	}
	if size > most {
		return fmt.Errorf("%w: length %d", errFrame, size)
	}
	return nil
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

// admit gives a call an id in this worker, which nobody can guess, unless the worker takes no more calls. The grace period after its limit it expires.
func (p *process) admit(c *call, inflight int, grace time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retiring || len(p.calls) >= inflight {
		return false
	}
	p.sent++
	c.began = time.Now()
	c.deadline = time.AfterFunc(c.limit+grace, func() { p.expire(c.id, grace) })
	p.calls[c.id] = c
	if len(p.calls) == 1 {
		p.heard = c.began // silence counts from here
	}
	return true
}

// expire fails a call that has not been answered in time. It ends the worker if that computes this call still, or has not even read it, or has been silent for the grace period while it
// computes nothing that has time left. A worker that computes another call, or answers others, is busy, not stuck, and the call has waited behind them; whether it goes on is looked at again,
// until it has answered this one too.
func (p *process) expire(id uint64, grace time.Duration) {
	p.mu.Lock()
	c, ok := p.calls[id]
	if !ok {
		p.mu.Unlock()
		return
	}
	first := !c.late
	c.late = true
	computing := p.computing()
	other, busy := p.calls[computing]
	busy = busy && computing != id && !other.late
	stuck := computing == id || !c.sent.Load() || !busy && time.Since(p.heard) > grace
	p.retiring = p.retiring || stuck
	if !stuck {
		c.deadline.Reset(grace)
	}
	p.mu.Unlock()
	if first {
		c.hosted.end()
		c.done <- answer{lost: &loss{failure: c.expired, guilty: true}}
	}
	if stuck {
		p.kill("killed", &death{failure: c.expired, guilty: id})
	}
}

// send writes a call's frames to the worker. It blocks while the worker does not read, at most until the first call that waits here expires. If it fails the worker is gone or going,
// and its calls get their answer from receive.
func (p *process) send(c *call) {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.out = c.write(p, c, p.out[:0])
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

// settle appends a config that the worker does not have; one that comes along with each call is no matter. When there would be too much of them, the worker forgets all others.
func (p *process) settle(buf []byte, c *vm.Config) []byte {
	if c == nil || len(c.Text) <= inlineConfig {
		return buf
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.configs[c.Digest]; known {
		return buf
	}
	full := p.settled+len(c.Text) > maxConfigs
	if full {
		clear(p.configs)
		p.settled = 0
	}
	p.configs[c.Digest] = struct{}{}
	p.settled += len(c.Text)
	return appendConfig(buf, c, full)
}

// maxConfigs bounds the bytes of large configs that a worker keeps. The indexes of their lists take several times as much.
const maxConfigs = 8 << 20

// load is what placing a call looks at.
type load struct {
	calls     int
	computing bool
	retiring  bool
	warming   bool   // it gets ready for its first call
	loading   uint64 // since when it loads a program ahead; 0 if it does not
	ready     bool   // it has the call's program loaded ahead
	memory    int64  // bytes, as read last
}

// load is what the worker is to a call of a program, of which that is the key on the board; without a program it is 0.
func (p *process) load(key uint64) load {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := load{calls: len(p.calls), retiring: p.retiring, memory: p.memory.last()}
	if p.board != nil {
		p.warming = p.warming && p.board.word(wordWarm).Load() == 0
		l.warming, l.computing = p.warming, p.computing() != 0
		l.loading, l.ready = p.board.word(wordLoading).Load(), p.board.ready(key)
	}
	return l
}

// warm notes that the worker gets ready for its first call.
func (p *process) warm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warming, p.heard = true, time.Now()
}

// sendWarm has the worker load a call's program ahead. If that fails the worker is gone or going.
func (p *process) sendWarm(q *request) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, _ = p.socket.Write(q.warm(p, nil))
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

// kill ends the process at once, and notes why; the first reason counts. Without a death the process was to end, and nobody is to blame.
func (p *process) kill(reason string, d *death) {
	p.mu.Lock()
	if p.killed == nil {
		if d == nil {
			d = &death{}
		}
		d.reason = reason
		p.killed = d
		p.retiring = true
		close(p.dying)
	}
	p.mu.Unlock()
	_ = p.cmd.Process.Kill()
}
