package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// FuzzFrames reads any bytes as both ends of a socket do, in pieces. What is read as a frame of the server is what the server would have sent for it.
func FuzzFrames(f *testing.F) {
	program := vm.NewProgram([]byte("script"), []byte("{}"))
	call := vm.Call{Entry: "execute", Input: []byte(`{"n":1}`), Secrets: []string{"A", "B_2"}, Limits: vm.Limits{CPU: time.Second}.WithDefaults()}
	f.Add(appendExecute(appendProgram(nil, program), 7, program.Digest, call), 1)
	call.Config = vm.NewConfig([]byte(`{"n":1}`))
	f.Add(appendExecute(nil, 7, program.Digest, call), 1)
	call.Config = vm.NewConfig(make([]byte, inlineConfig+1))
	f.Add(appendExecute(appendConfig(nil, call.Config, true), 7, program.Digest, call), 50)
	f.Add(appendTask(nil, 7, "bundle", []byte("payload")), 3)
	f.Add(appendHostAnswer(nil, 7, 1, vm.HostAnswer{Value: []byte(`{}`), Body: []byte("x"), Err: &vm.HostError{Message: "no", Failure: lost("no")}}), 100)
	f.Add(appendHostCall(nil, 7, vm.HostCall{ID: 1, Op: "fetch", Args: []byte(`{}`), Body: []byte("x")}), 13)
	f.Add(appendResult(nil, frameResult, 7, vm.Result{Failure: lost("no"), Logs: []vm.LogLine{{Level: "info"}}}, true), 13)
	f.Fuzz(func(t *testing.T, sent []byte, piece int) {
		var in inbox
		piece = max(1, piece)
		for len(sent) > 0 {
			n := copy(in.room(), sent[:min(piece, len(sent))])
			in.grown(n)
			sent = sent[n:]
			for {
				frame, ok, err := in.next()
				if err != nil {
					return
				}
				if !ok {
					break
				}
				decode(t, frame)
			}
		}
	})
}

func decode(t *testing.T, f frame) {
	whole := append(begin(nil, f.kind, f.id), f.payload...)
	whole = end(whole, 0)
	switch f.kind {
	case frameProgram:
		if p, err := readProgram(f.payload); err == nil && f.id == 0 {
			require.Equal(t, whole, appendProgram(nil, p))
		}
	case frameExecute:
		if digest, call, err := readExecute(f.payload); err == nil {
			require.Equal(t, whole, appendExecute(nil, f.id, digest, call))
		}
	case frameConfig:
		if c, alone, err := readConfig(f.payload); err == nil && f.id == 0 && f.payload[0] <= 1 {
			require.Equal(t, whole, appendConfig(nil, c, alone))
		}
	case frameTask:
		if name, body, err := readTask(f.payload); err == nil {
			require.Equal(t, whole, appendTask(nil, f.id, name, body))
		}
	case frameHostCall:
		if c, err := readHostCall(f.payload); err == nil {
			require.Equal(t, whole, appendHostCall(nil, f.id, c))
		}
	case frameHostAnswer:
		_, _, _ = readHostAnswer(f.payload)
	case frameResult, frameStuck:
		_, _, _ = readResult(f.payload)
	case frameAnswer:
		_, _, _ = readAnswer(f.payload)
	}
}
