package worker

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/durward/durward/runtime/vm"
)

// A frame is a length of 4 bytes, a kind of 1 byte, an id of 8 bytes, and a payload; numbers are little-endian. The length counts what follows it.
const frameHeader = 4 + 1 + 8

// maxFrame bounds a frame in both directions: a program, its source map and the input of a call fit easily.
const maxFrame = 32 << 20

type frameKind byte

// The kinds of frame.
const (
	frameReady      frameKind = iota + 1 // worker: the process is ready
	frameProgram                         // server: a program, before the first call of it
	frameExecute                         // server: a call; the id is the server's
	frameTask                            // server: a task, such as bundling
	frameResult                          // worker: how a call ended
	frameAnswer                          // worker: what a task answered
	frameStuck                           // worker: a call cannot be stopped; the process is about to end
	frameHostCall                        // worker: what an execution asks of the world outside; the id is the execution's
	frameHostAnswer                      // server: the answer to that
	frameConfig                          // server: a large config, before the first call that has it
	frameWarm                            // server: a program to load ahead, before the first call of it
)

var errFrame = errors.New("malformed frame")

// newID returns the id of a call, which nobody can guess, and which is not 0.
func newID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return binary.LittleEndian.Uint64(b[:]) | 1
}

type frame struct {
	kind    frameKind
	id      uint64
	payload []byte
}

// begin appends a frame's header; end fills in the length once the payload has been appended.
func begin(buf []byte, kind frameKind, id uint64) []byte {
	buf = append(buf, 0, 0, 0, 0, byte(kind))
	return binary.LittleEndian.AppendUint64(buf, id)
}

func end(buf []byte, start int) []byte {
	binary.LittleEndian.PutUint32(buf[start:], uint32(len(buf)-start-4))
	return buf
}

// inbox collects what has been read until it is whole frames.
type inbox struct {
	buf      []byte
	from, to int // the part of buf that has been read and not yet used

	// fits, if there is one, refuses frames of more than maxSmall bytes when their headers are there.
	fits func(kind frameKind, id uint64, size int) error
}

// maxSmall is how large a frame may be without a question: its bounds are looked at when it is read.
const maxSmall = 64 << 10

// next takes the first whole frame. It returns false if there is none yet, and an error if there never will be. The payload is valid until the next call of room.
func (in *inbox) next() (f frame, ok bool, err error) {
	b := in.buf[in.from:in.to]
	if len(b) < 4 {
		return frame{}, false, nil
	}
	size := int(binary.LittleEndian.Uint32(b))
	if size < frameHeader-4 || size > maxFrame {
		return frame{}, false, fmt.Errorf("%w: length %d", errFrame, size)
	}
	if size > maxSmall && in.fits != nil && len(b) >= frameHeader {
		if err := in.fits(frameKind(b[4]), binary.LittleEndian.Uint64(b[5:]), size); err != nil {
			return frame{}, false, err
		}
	}
	if len(b)-4 < size {
		return frame{}, false, nil
	}
	in.from += 4 + size
	return frame{kind: frameKind(b[4]), id: binary.LittleEndian.Uint64(b[5:]), payload: b[frameHeader : 4+size]}, true, nil
}

// room is where to read to: never empty. It doubles with what arrives, so that a peer that announces a large frame costs no more memory than it sends, and the memory of a large
// frame goes with the frame.
func (in *inbox) room() []byte {
	const (
		least = 16 << 10
		kept  = 256 << 10
	)
	if in.from == in.to && len(in.buf) > kept {
		in.buf, in.from, in.to = nil, 0, 0
	}
	copy(in.buf, in.buf[in.from:in.to])
	in.from, in.to = 0, in.to-in.from
	if len(in.buf)-in.to < least {
		in.buf = append(in.buf[:in.to], make([]byte, max(least, in.to))...)
	}
	return in.buf[in.to:]
}

// grown says how much was read.
func (in *inbox) grown(n int) { in.to += n }

// fields reads a payload; the first field that is not there makes everything after it empty and err true.
type fields struct {
	rest []byte
	err  bool
}

func (f *fields) take(n int) []byte {
	if f.err || n < 0 || n > len(f.rest) {
		f.err = true
		return nil
	}
	taken := f.rest[:n]
	f.rest = f.rest[n:]
	return taken
}

func (f *fields) uint32() uint32 {
	if b := f.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (f *fields) uint64() uint64 {
	if b := f.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (f *fields) bytes() []byte { return f.take(int(f.uint32())) }

func appendBytes[T ~[]byte | ~string](buf []byte, b T) []byte {
	return append(binary.LittleEndian.AppendUint32(buf, uint32(len(b))), b...)
}

func appendProgram(buf []byte, p *vm.Program) []byte {
	start := len(buf)
	buf = begin(buf, frameProgram, 0)
	buf = append(buf, p.Digest[:]...)
	buf = appendBytes(buf, p.Script)
	buf = appendBytes(buf, p.SourceMap)
	return end(buf, start)
}

func readProgram(payload []byte) (*vm.Program, error) {
	f := fields{rest: payload}
	p := &vm.Program{}
	copy(p.Digest[:], f.take(len(p.Digest)))
	p.Script = append([]byte(nil), f.bytes()...)
	p.SourceMap = append([]byte(nil), f.bytes()...)
	if len(p.SourceMap) == 0 {
		p.SourceMap = nil
	}
	if f.err || len(f.rest) > 0 {
		return nil, errFrame
	}
	return p, nil
}

// inlineConfig is how large a config may be to come along with each call, in bytes. What is larger comes once.
const inlineConfig = 2 << 10

// appendConfig appends a config; alone says that the worker is to forget those that it has.
func appendConfig(buf []byte, c *vm.Config, alone bool) []byte {
	start := len(buf)
	buf = begin(buf, frameConfig, 0)
	flag := byte(0)
	if alone {
		flag = 1
	}
	buf = append(append(buf, flag), c.Digest[:]...)
	return end(append(buf, c.Text...), start)
}

func readConfig(payload []byte) (c *vm.Config, alone bool, err error) {
	f := fields{rest: payload}
	flag := f.take(1)
	c = &vm.Config{}
	copy(c.Digest[:], f.take(len(c.Digest)))
	if f.err {
		return nil, false, errFrame
	}
	c.Text = bytes.Clone(f.rest)
	return c, flag[0] == 1, nil
}

// The ways in which a call has a config.
const (
	configNone = iota // the input has it
	configHere        // its text follows
	configSent        // its digest follows, and its text came before
)

func appendConfigOf(buf []byte, c *vm.Config) []byte {
	switch {
	case c == nil:
		return append(buf, configNone)
	case len(c.Text) == 0, len(c.Text) > inlineConfig:
		return append(append(buf, configSent), c.Digest[:]...)
	}
	return appendBytes(append(buf, configHere), c.Text)
}

// config reads how a call has its config; one that was sent before has no text.
func (f *fields) config() *vm.Config {
	var how byte
	if b := f.take(1); b != nil {
		how = b[0]
	}
	c := &vm.Config{}
	switch how {
	case configNone:
		return nil
	case configHere:
		c.Text = bytes.Clone(f.bytes())
		f.err = f.err || len(c.Text) == 0 || len(c.Text) > inlineConfig
	case configSent:
		copy(c.Digest[:], f.take(len(c.Digest)))
	default:
		f.err = true
	}
	return c
}

func appendExecute(buf []byte, id uint64, digest vm.Digest, call vm.Call) []byte {
	return appendCall(buf, frameExecute, id, digest, call)
}

// appendWarm has a program loaded ahead as a call with the limits needs it.
func appendWarm(buf []byte, digest vm.Digest, limits vm.Limits) []byte {
	return appendCall(buf, frameWarm, 0, digest, vm.Call{Limits: limits})
}

func appendCall(buf []byte, kind frameKind, id uint64, digest vm.Digest, call vm.Call) []byte {
	start := len(buf)
	buf = begin(buf, kind, id)
	buf = append(buf, digest[:]...)
	l := call.Limits
	for _, n := range []uint64{uint64(l.CPU), uint64(l.Wall), uint64(l.CallDepth), uint64(l.OutcomeBytes), uint64(l.LogLines), uint64(l.LogBytes), uint64(l.Timers),
		uint64(l.Pending), uint64(l.Memory), uint64(l.Requests), uint64(l.RequestBytes)} {
		buf = binary.LittleEndian.AppendUint64(buf, n)
	}
	buf = appendBytes(buf, call.Entry)
	buf = appendBytes(buf, strings.Join(call.Secrets, "\n"))
	buf = appendConfigOf(buf, call.Config)
	buf = appendBytes(buf, call.Input)
	return end(buf, start)
}

// readExecute returns a call that is a copy: an execution reads its input also after it has waited, and the next frames have taken the payload's place by then.
func readExecute(payload []byte) (digest vm.Digest, call vm.Call, err error) {
	f := fields{rest: payload}
	copy(digest[:], f.take(len(digest)))
	call.Limits = vm.Limits{
		CPU: time.Duration(f.uint64()), Wall: time.Duration(f.uint64()), CallDepth: int(f.uint64()), OutcomeBytes: int(f.uint64()),
		LogLines: int(f.uint64()), LogBytes: int(f.uint64()), Timers: int(f.uint64()),
		Pending: int(f.uint64()), Memory: int(f.uint64()), Requests: int(f.uint64()), RequestBytes: int(f.uint64()),
	}
	call.Entry = string(f.bytes())
	if names := string(f.bytes()); names != "" {
		call.Secrets = strings.Split(names, "\n")
	}
	call.Config = f.config()
	call.Input = bytes.Clone(f.bytes())
	if f.err || len(f.rest) > 0 {
		return digest, call, errFrame
	}
	return digest, call, nil
}

// report is what a result carries beside the outcome. Most executions have nothing of it.
type report struct {
	Failure     *vm.Failure  `json:"failure,omitempty"`
	Logs        []vm.LogLine `json:"logs,omitempty"`
	LogsDropped int          `json:"logs_dropped,omitzero"`
}

func appendResult(buf []byte, kind frameKind, id uint64, r vm.Result, retire bool) []byte {
	start := len(buf)
	buf = begin(buf, kind, id)
	flag := byte(0)
	if retire {
		flag = 1
	}
	buf = append(buf, flag)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(r.CPU))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(r.Wall))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(r.Allocated))
	buf = appendBytes(buf, r.Outcome)
	if r.Failure != nil || len(r.Logs) > 0 || r.LogsDropped > 0 {
		text, err := json.Marshal(report{Failure: r.Failure, Logs: r.Logs, LogsDropped: r.LogsDropped}, lossy...)
		if err != nil {
			panic(err) // strings and numbers always encode
		}
		return end(appendBytes(buf, text), start)
	}
	return end(appendBytes(buf, ""), start)
}

// maxReport is how many bytes a result may have beside the outcome: the bounds below, with all characters escaped.
const maxReport = 2 << 20

// Bounds of what a worker may report. The worker keeps to its limits as long as it is itself; these hold when it is not.
const (
	maxReportedFrames = 64
	maxReportedText   = 8 << 10
	maxReportedLogs   = 1_000
	maxReportedLog    = 128 << 10 // bytes of all lines
)

// readResult reads a result that a worker sent, which is a copy: nothing in it is a part of the payload.
func readResult(payload []byte) (r vm.Result, retire bool, err error) {
	f := fields{rest: payload}
	flag := f.take(1)
	r.CPU, r.Wall, r.Allocated = time.Duration(f.uint64()), time.Duration(f.uint64()), int64(f.uint64())
	outcome, text := f.bytes(), f.bytes()
	if f.err || len(f.rest) > 0 || r.CPU < 0 || r.Wall < 0 || r.Allocated < 0 {
		return vm.Result{}, true, errFrame
	}
	if len(outcome) > 0 {
		r.Outcome = append([]byte(nil), outcome...)
	}
	if len(text) > 0 {
		var rep report
		if err := json.Unmarshal(text, &rep, strict...); err != nil {
			return vm.Result{}, true, fmt.Errorf("%w: report", errFrame)
		}
		if rep.LogsDropped < 0 || rep.Failure != nil && !rep.Failure.Kind.Known() {
			return vm.Result{}, true, fmt.Errorf("%w: report", errFrame)
		}
		rep.bound()
		r.Failure, r.Logs, r.LogsDropped = rep.Failure, rep.Logs, rep.LogsDropped
	}
	return r, flag[0] == 1, nil
}

func (r *report) bound() {
	if f := r.Failure; f != nil {
		f.Message, f.Limit = clip(f.Message, maxReportedText), clip(f.Limit, 128)
		f.Stack = f.Stack[:min(len(f.Stack), maxReportedFrames)]
		for i := range f.Stack {
			at := &f.Stack[i]
			at.Function, at.File, at.Text = clip(at.Function, 256), clip(at.File, 256), clip(at.Text, 1024)
		}
	}
	r.Logs = r.Logs[:min(len(r.Logs), maxReportedLogs)]
	left := maxReportedLog
	for i := range r.Logs {
		line := &r.Logs[i]
		line.Level, line.Message = clip(line.Level, 16), clip(line.Message, left)
		left -= len(line.Message)
		if len(line.Fields) > left || !bytes.HasPrefix(line.Fields, []byte("{")) {
			line.Fields = nil
		}
		left -= len(line.Fields)
	}
}

// clip cuts s to n bytes, and not inside a character: the text goes on as JSON.
func clip[T ~string](s T, n int) T {
	if len(s) <= n {
		return s
	}
	return T(strings.ToValidUTF8(string(s[:n]), ""))
}

func appendTask(buf []byte, id uint64, name string, payload []byte) []byte {
	start := len(buf)
	buf = begin(buf, frameTask, id)
	buf = appendBytes(buf, name)
	buf = appendBytes(buf, payload)
	return end(buf, start)
}

func readTask(payload []byte) (name string, body []byte, err error) {
	f := fields{rest: payload}
	name, body = string(f.bytes()), f.bytes()
	if f.err || len(f.rest) > 0 {
		return "", nil, errFrame
	}
	return name, body, nil
}

// appendAnswer appends a task's answer: its body, or the text of its error.
func appendAnswer(buf []byte, id uint64, body []byte, failure string) []byte {
	start := len(buf)
	buf = begin(buf, frameAnswer, id)
	buf = appendBytes(buf, body)
	buf = appendBytes(buf, failure)
	return end(buf, start)
}

func readAnswer(payload []byte) (body []byte, failure string, err error) {
	f := fields{rest: payload}
	body, failure = append([]byte(nil), f.bytes()...), string(f.bytes())
	if f.err || len(f.rest) > 0 {
		return nil, "", errFrame
	}
	return body, clip(failure, maxReportedText), nil
}

// maxOp is the longest name of an operation of the host, in bytes.
const maxOp = 32

func appendHostCall(buf []byte, id uint64, c vm.HostCall) []byte {
	start := len(buf)
	buf = begin(buf, frameHostCall, id)
	buf = binary.LittleEndian.AppendUint64(buf, c.ID)
	buf = appendBytes(buf, c.Op)
	buf = appendBytes(buf, c.Args)
	buf = appendBytes(buf, c.Body)
	return end(buf, start)
}

// readHostCall reads what a worker asks, which is a copy. What the arguments say is for the host to check.
func readHostCall(payload []byte) (c vm.HostCall, err error) {
	f := fields{rest: payload}
	c.ID = f.uint64()
	op, args, body := f.bytes(), f.bytes(), f.bytes()
	if f.err || len(f.rest) > 0 || len(op) == 0 || len(op) > maxOp {
		return vm.HostCall{}, errFrame
	}
	c.Op, c.Args = string(op), bytes.Clone(args)
	if len(body) > 0 {
		c.Body = bytes.Clone(body)
	}
	return c, nil
}

func appendHostAnswer(buf []byte, id, callID uint64, a vm.HostAnswer) []byte {
	start := len(buf)
	buf = begin(buf, frameHostAnswer, id)
	buf = binary.LittleEndian.AppendUint64(buf, callID)
	buf = appendBytes(buf, a.Value)
	buf = appendBytes(buf, a.Body)
	if a.Err == nil {
		return end(appendBytes(buf, ""), start)
	}
	text, err := json.Marshal(a.Err, lossy...)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return end(appendBytes(buf, text), start)
}

// readHostAnswer returns a copy, because the execution reads it after the next frames have come in.
func readHostAnswer(payload []byte) (callID uint64, a vm.HostAnswer, err error) {
	f := fields{rest: payload}
	callID = f.uint64()
	a.Value, a.Body = bytes.Clone(f.bytes()), bytes.Clone(f.bytes())
	text := f.bytes()
	if f.err || len(f.rest) > 0 {
		return 0, vm.HostAnswer{}, errFrame
	}
	if len(text) > 0 {
		a.Err = &vm.HostError{}
		if err := json.Unmarshal(text, a.Err, strict...); err != nil {
			return 0, vm.HostAnswer{}, fmt.Errorf("%w: host error", errFrame)
		}
	}
	return callID, a, nil
}
