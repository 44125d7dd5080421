package worker_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// outside is a host for tests.
type outside func(ctx context.Context, c vm.HostCall) vm.HostAnswer

func (f outside) Serve(ctx context.Context, c vm.HostCall) vm.HostAnswer { return f(ctx, c) }

// ok is an answer to a fetch without a body.
func ok(status int) vm.HostAnswer {
	return vm.HostAnswer{Value: json.RawMessage(fmt.Sprintf(`{"status":%d,"status_text":"","url":"https://example.com/","redirected":false,"headers":[],"body":0}`, status))}
}

func executeWith(t testing.TB, pool *worker.Pool, p *vm.Program, limits vm.Limits, host worker.Host) vm.Result {
	t.Helper()
	result, err := pool.Execute(t.Context(), "a", p, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: limits}, host)
	require.NoError(t, err)
	return result
}

// The host calls of an execution are done beside each other, and their answers reach the promises that wait for them.
func TestHostCalls(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	var all atomic.Int64
	together := make(chan struct{})
	host := outside(func(ctx context.Context, c vm.HostCall) vm.HostAnswer {
		if all.Add(1) == 10 {
			close(together)
		}
		select {
		case <-together:
		case <-ctx.Done():
		}
		return ok(200 + int(c.ID))
	})
	result := executeWith(t, pool, program(`
		const calls = []; for (let n = 0; n < 10; n++) calls.push(fetch("https://example.com/"));
		return (await Promise.all(calls)).map((r) => r.status)`), vm.Limits{}, host)
	require.Nil(t, result.Failure)
	require.JSONEq(t, `[201,202,203,204,205,206,207,208,209,210]`, string(result.Outcome))
}

// A host call ends with the call that is given up, and with the execution.
func TestHostCallsThatEnd(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, outcome string }{
		"given up":                {`const c = new AbortController(); setTimeout(() => c.abort(), 1); try { await fetch("https://example.com/", { signal: c.signal }) } catch (e) { return e.name }`, `"AbortError"`},
		"the execution has ended": {`fetch("https://example.com/"); return 1`, `1`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, worker.Config{})
			ended := make(chan struct{})
			host := outside(func(ctx context.Context, _ vm.HostCall) vm.HostAnswer {
				<-ctx.Done()
				close(ended)
				return ok(200)
			})
			result := executeWith(t, pool, program(test.body), vm.Limits{}, host)
			require.Nil(t, result.Failure)
			require.Equal(t, test.outcome, string(result.Outcome))
			<-ended
			require.Equal(t, "1", string(execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{}).Outcome), "the worker is as it was")
		})
	}
}

// An execution that has asked for something is not run again when its worker dies of another one: what it asked for may have happened.
func TestDeathBesideHostCalls(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	asked := make(chan struct{})
	var calls atomic.Int64
	host := outside(func(ctx context.Context, _ vm.HostCall) vm.HostAnswer {
		calls.Add(1)
		close(asked)
		<-ctx.Done()
		return ok(200)
	})
	ended := make(chan vm.Result, 1)
	go func() {
		r, _ := pool.Execute(context.Background(), "a", program(`await fetch("https://example.com/")`), vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{Wall: time.Minute}}, host)
		ended <- r
	}()
	<-asked
	killer := execute(t, pool, "a", program(killers["stack"]), `{}`, vm.Limits{CPU: time.Minute, Wall: time.Minute})
	require.Equal(t, vm.FailStackLimit, killer.Failure.Kind)
	result := <-ended
	require.Equal(t, vm.FailSandboxLost, result.Failure.Kind)
	require.Contains(t, result.Failure.Message, "not run again")
	require.Equal(t, int64(1), calls.Load())
}

// floods are what a worker that was taken over sends for its call, until the server has enough of it; and what the call fails of then.
var floods = map[string]struct {
	frame func(id, n uint64) []byte
	kind  vm.FailureKind
}{
	"too many calls at a time": {func(id, n uint64) []byte { return rawHostCall(id, n, "fetch", `{}`, "") }, vm.FailSandboxLost},
	"one call again and again": {func(id, _ uint64) []byte { return rawHostCall(id, 1, "fetch", `{}`, "") }, vm.FailSandboxLost},
	"calls of no execution":    {func(id, n uint64) []byte { return rawHostCall(id+1, n, "fetch", `{}`, "") }, vm.FailSandboxLost},
	"an operation without end": {func(id, n uint64) []byte { return rawHostCall(id, n, string(make([]byte, 33)), `{}`, "") }, vm.FailSandboxLost},
	"calls that are given up": {func(id, n uint64) []byte {
		return append(rawHostCall(id, n, "fetch", `{}`, ""), rawHostCall(id, n, vm.OpCancel, "", "")...)
	}, vm.FailPendingLimit},
	"giving up for ever": {func(id, n uint64) []byte { return rawHostCall(id, n, vm.OpCancel, "", "") }, vm.FailRequestLimit},
	"a large body":       {func(id, n uint64) []byte { return rawHostCall(id, n, "fetch", `{}`, string(make([]byte, 12<<20))) }, vm.FailRequestLimit},
}

func rawHostCall(id, callID uint64, op, args, body string) []byte {
	b := binary.LittleEndian.AppendUint64(nil, callID)
	for _, part := range []string{op, args, body} {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	return rawFrame(8, id, string(b))
}

func flood(socket *os.File, id uint64, name string) {
	go func() { // the answers
		buf := make([]byte, 1<<16)
		for {
			if _, err := socket.Read(buf); err != nil {
				return
			}
		}
	}()
	for n := uint64(1); ; n++ {
		if _, err := socket.Write(floods[name].frame(id, n)); err != nil {
			return
		}
	}
}

// A worker that was taken over and floods its server is killed, and costs the server no more than a few calls of the host.
func TestFloods(t *testing.T) {
	t.Parallel()
	for name, test := range floods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, worker.Config{Command: []string{os.Args[0], "hostile", name}})
			var running, most atomic.Int64
			held := make(chan struct{})
			t.Cleanup(func() { close(held) })
			host := outside(func(context.Context, vm.HostCall) vm.HostAnswer { // which does not hear that its calls are given up
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				select {
				case <-held:
				case <-time.After(5 * time.Second):
				}
				return ok(200)
			})
			result := executeWith(t, pool, program(``), vm.Limits{Wall: time.Hour}, host)
			require.Equal(t, test.kind, result.Failure.Kind, result.Failure.Message)
			require.LessOrEqual(t, most.Load(), int64(3*64))
		})
	}
}

// lateCalls are how many calls the worker makes before it reads an answer.
const lateCalls = 200

// readLate makes calls, and reads the answers when it has made all of them.
func readLate(socket *os.File, id uint64) {
	for n := range uint64(lateCalls) {
		_, _ = socket.Write(rawHostCall(id, n, "fetch.read", `{}`, ""))
	}
	answers := map[uint64]bool{}
	in := bufio.NewReader(socket)
	for len(answers) < lateCalls {
		var size uint32
		if binary.Read(in, binary.LittleEndian, &size) != nil {
			return
		}
		payload := make([]byte, size)
		if _, err := io.ReadFull(in, payload); err != nil {
			return
		}
		answers[binary.LittleEndian.Uint64(payload[9:])] = true
	}
	_, _ = socket.Write(rawFrame(5, id, rawResult(strconv.Itoa(len(answers)), "")))
}

// A worker that asks for much before it reads gets all of it.
func TestAnswersWaitForTheirWorker(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Command: []string{os.Args[0], "hostile", "reads late"}})
	host := outside(func(context.Context, vm.HostCall) vm.HostAnswer {
		return vm.HostAnswer{Value: json.RawMessage(`{"done":false}`), Body: make([]byte, 256<<10)}
	})
	result := executeWith(t, pool, program(``), vm.Limits{Pending: lateCalls, Wall: time.Minute}, host)
	require.Nil(t, result.Failure)
	require.Equal(t, strconv.Itoa(lateCalls), string(result.Outcome))
}
