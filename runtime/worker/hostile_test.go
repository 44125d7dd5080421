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
var hostileFrames = map[string]func(id uint64) []byte{
	"length beyond the bound":     func(id uint64) []byte { return []byte{0xff, 0xff, 0xff, 0xff, 5} },
	"length zero":                 func(id uint64) []byte { return make([]byte, 64) },
	"unknown kind":                func(id uint64) []byte { return rawFrame(99, id, "") },
	"a server's frame":            func(id uint64) []byte { return rawFrame(3, id, "") },
	"ready again":                 func(id uint64) []byte { return rawFrame(ready, 1, "") },
	"result of no call":           func(id uint64) []byte { return rawFrame(5, 77, rawResult("{}", "")) },
	"result that is cut":          func(id uint64) []byte { return rawFrame(5, id, rawResult("{}", "")[:20]) },
	"report that is no JSON":      func(id uint64) []byte { return rawFrame(5, id, rawResult("{}", "{{{")) },
	"report with unknown members": func(id uint64) []byte { return rawFrame(5, id, rawResult("{}", `{"x":1}`)) },
	"outcome beyond its limit":    func(id uint64) []byte { return rawFrame(5, id, rawResult(`"`+strings.Repeat("x", 300<<10)+`"`, "")) },
	"answer of a task to a call":  func(id uint64) []byte { return rawFrame(6, id, string(make([]byte, 8))) },
	"failure of an unknown kind": func(id uint64) []byte {
		return rawFrame(5, id, rawResult("", `{"failure":{"kind":"made up","message":""}}`))
	},
	"fewer lines dropped than 0": func(id uint64) []byte { return rawFrame(5, id, rawResult("", `{"logs_dropped":-1}`)) },
	"report that is not UTF-8":   func(id uint64) []byte { return rawFrame(5, id, rawResult("", `{"failure":{"kind":"\xff"}}`)) },
	"stuck without a failure":    func(id uint64) []byte { return rawFrame(7, id, rawResult("", "")) },
	"half a frame, then silence": func(id uint64) []byte { return rawFrame(5, id, rawResult("{}", ""))[:10] },
	"nothing at all":             func(id uint64) []byte { return nil },
	"inner length beyond its part": func(id uint64) []byte {
		return rawFrame(5, id, string(append(make([]byte, 25), 0xff, 0xff, 0xff, 0x7f)))
	},
}

// silent are those of them after which nothing more comes.
var silent = map[string]bool{"half a frame, then silence": true, "nothing at all": true}

// hostile is the main function of a worker process that has been taken over.
func hostile(name string) {
	socket := os.NewFile(3, "socket")
	buf := make([]byte, 1<<16)
	_, _ = socket.Read(buf[:1]) // the board, which it does not want
	_, _ = socket.Write(rawFrame(ready, 0, ""))
	id := firstCall(socket, buf)
	switch name {
	case "closes its socket and lives on":
		socket.Close()
	case "prints for ever":
		for {
			_, _ = os.Stderr.Write(buf)
		}
	case "answers one call and reads no other":
		time.Sleep(900 * time.Millisecond)
		_, _ = socket.Write(rawFrame(5, id, rawResult("1", "")))
	case "reads late":
		readLate(socket, id)
	default:
		if _, ok := floods[name]; ok {
			flood(socket, id, name)
			break
		}
		_, _ = socket.Write(hostileFrames[name](id))
	}
	time.Sleep(time.Hour) // until it is killed
}

// firstCall reads up to the first call and returns its id: a worker that was taken over knows it.
func firstCall(socket *os.File, buf []byte) uint64 {
	for n := 0; ; {
		read, err := socket.Read(buf[n:])
		if err != nil {
			os.Exit(1)
		}
		n += read
		for rest := buf[:n]; len(rest) >= 13; {
			if rest[4] == 3 {
				return binary.LittleEndian.Uint64(rest[5:])
			}
			size := 4 + int(binary.LittleEndian.Uint32(rest))
			if size > len(rest) {
				break
			}
			rest = rest[size:]
		}
	}
}
