package worker_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// FuzzServer lets workers that were taken over say anything while a call is in them. The server must stay whole, and the call must end.
//
// What a worker says is its program's text: parts of a kind, a length of two bytes and a payload, each of which it sends as a frame for its call. A part of kind 0 is sent as it is.
func FuzzServer(f *testing.F) {
	part := func(kind byte, payload string) []byte {
		return append(binary.LittleEndian.AppendUint16([]byte{kind}, uint16(len(payload))), payload...)
	}
	f.Add(part(5, rawResult(`{}`, ``)))
	f.Add(part(5, rawResult(``, `{"failure":{"kind":"thrown","message":"no","stack":[{"file":"a","line":1,"column":1}]},"logs":[{"level":"info","message":"x","at_us":1}]}`)))
	f.Add(part(7, rawResult(``, `{"failure":{"kind":"time_limit","message":"stuck"}}`)))
	f.Add(append(part(8, string(rawHostCall(0, 1, "fetch", `{}`, "body")[13:])), part(8, string(rawHostCall(0, 1, vm.OpCancel, "", "")[13:]))...))
	f.Add(append(part(8, string(rawHostCall(0, 1, "fetch", `{}`, "")[13:])), part(8, string(rawHostCall(0, 1, "fetch", `{}`, "")[13:]))...))
	f.Add(part(0, "\xff\xff\xff\x01\x08"))
	f.Add(part(6, string(make([]byte, 8))))
	host := outside(func(context.Context, vm.HostCall) vm.HostAnswer { return ok(200) })
	pool := newPool(f, worker.Config{Command: []string{os.Args[0], "speaks"}, Grace: 50 * time.Millisecond, Wait: time.Minute})
	var tenants atomic.Int64
	f.Fuzz(func(t *testing.T, script []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		tenant := fmt.Sprint(tenants.Add(1)) // one that has broken nothing
		call := vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{Wall: time.Second}}
		result, err := pool.Execute(ctx, tenant, vm.NewProgram(script, nil), call, host)
		require.NoError(t, err)
		if result.Failure != nil {
			require.True(t, result.Failure.Kind.Known())
		}
		_, err = json.Marshal(result.Logs)
		require.NoError(t, err)
	})
}

// speaks is the main function of a worker process that says what its program says, and ends.
func speaks() {
	socket := os.NewFile(3, "socket")
	buf := make([]byte, 1<<20)
	_, _ = socket.Read(buf[:1]) // the board, which it does not want
	_, _ = socket.Write(rawFrame(ready, 0, ""))
	id := firstCall(socket, buf)
	script := buf[13+32:] // of the first frame, behind the digest
	script = script[4 : 4+binary.LittleEndian.Uint32(script)]
	for len(script) >= 3 {
		kind, payload := script[0], script[3:]
		payload = payload[:min(len(payload), int(binary.LittleEndian.Uint16(script[1:])))]
		script = script[3+len(payload):]
		if kind != 0 {
			payload = rawFrame(kind, id, string(payload))
		}
		_, _ = socket.Write(payload)
	}
}
