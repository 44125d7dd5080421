package worker_test

import (
	"encoding/binary"
	"os"
	"strings"
	"time"
)

const ready = 1

func rawFrame(kind byte, id uint64, payload string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(1+8+len(payload)))
	b = append(b, kind)
	b = binary.LittleEndian.AppendUint64(b, id)
	return append(b, payload...)
}

func rawResult(outcome, report string) string {
	b := append([]byte{0}, make([]byte, 24)...)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(outcome))), outcome...)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(report))), report...)
	return string(b)
}

// hostileFrames are what a worker answers to its first call, by what is wrong with it.
var hostileFrames = map[string]func() []byte{
	"length beyond the bound":      func() []byte { return []byte{0xff, 0xff, 0xff, 0xff, 5} },
	"length zero":                  func() []byte { return make([]byte, 64) },
	"unknown kind":                 func() []byte { return rawFrame(99, 1, "") },
	"a server's frame":             func() []byte { return rawFrame(3, 1, "") },
	"ready again":                  func() []byte { return rawFrame(ready, 1, "") },
	"result of no call":            func() []byte { return rawFrame(5, 77, rawResult("{}", "")) },
	"result that is cut":           func() []byte { return rawFrame(5, 1, rawResult("{}", "")[:20]) },
	"report that is no JSON":       func() []byte { return rawFrame(5, 1, rawResult("{}", "{{{")) },
	"report with unknown members":  func() []byte { return rawFrame(5, 1, rawResult("{}", `{"x":1}`)) },
	"outcome beyond its limit":     func() []byte { return rawFrame(5, 1, rawResult(`"`+strings.Repeat("x", 300<<10)+`"`, "")) },
	"answer of a task to a call":   func() []byte { return rawFrame(6, 1, string(make([]byte, 8))) },
	"failure of an unknown kind":   func() []byte { return rawFrame(5, 1, rawResult("", `{"failure":{"kind":"made up","message":""}}`)) },
	"fewer lines dropped than 0":   func() []byte { return rawFrame(5, 1, rawResult("", `{"logs_dropped":-1}`)) },
	"report that is not UTF-8":     func() []byte { return rawFrame(5, 1, rawResult("", `{"failure":{"kind":"\xff"}}`)) },
	"stuck without a failure":      func() []byte { return rawFrame(7, 1, rawResult("", "")) },
	"half a frame, then silence":   func() []byte { return rawFrame(5, 1, rawResult("{}", ""))[:10] },
	"nothing at all":               func() []byte { return nil },
	"inner length beyond its part": func() []byte { return rawFrame(5, 1, string(append(make([]byte, 25), 0xff, 0xff, 0xff, 0x7f))) },
}

// silent are those of them after which nothing more comes.
var silent = map[string]bool{"half a frame, then silence": true, "nothing at all": true}

// hostile is the main function of a worker process that has been taken over.
func hostile(name string) {
	socket := os.NewFile(3, "socket")
	_, _ = socket.Write(rawFrame(ready, 0, ""))
	buf := make([]byte, 1<<16)
	_, _ = socket.Read(buf)
	switch name {
	case "closes its socket and lives on":
		socket.Close()
	case "prints for ever":
		for {
			_, _ = os.Stderr.Write(buf)
		}
	case "answers one call and reads no other":
		time.Sleep(900 * time.Millisecond)
		_, _ = socket.Write(rawFrame(5, 1, rawResult("1", "")))
	default:
		_, _ = socket.Write(hostileFrames[name]())
	}
	time.Sleep(time.Hour) // until it is killed
}
