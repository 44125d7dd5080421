package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed event.json
var event string

// target is where to send the one request of a run, ready to be written. net/http would take as much of the load's processor as the server takes of its own.
type target struct {
	address string
	request []byte
}

func newTarget(url, path, key string) *target {
	address := strings.TrimPrefix(url, "http://")
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, address, key, len(event))
	return &target{address: address, request: []byte(head + event)}
}

// connection is one connection on which requests follow each other.
type connection struct {
	net.Conn
	reader *bufio.Reader
	lines  *textproto.Reader
}

func (t *target) dial() (*connection, error) {
	c, err := net.Dial("tcp", t.address)
	if err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(c, 16<<10)
	return &connection{Conn: c, reader: reader, lines: textproto.NewReader(reader)}, nil
}

var (
	allowed       = []byte(`"kind":"continue"`)
	contentLength = "content-length:"
)

// call makes one request and checks that the answer is the one that is right.
func (c *connection) call(t *target) error {
	if _, err := c.Write(t.request); err != nil {
		return err
	}
	status, err := c.lines.ReadLineBytes()
	if err != nil {
		return err
	}
	length := -1
	for {
		line, err := c.lines.ReadLineBytes()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		if len(line) > len(contentLength) && strings.EqualFold(string(line[:len(contentLength)]), contentLength) {
			if length, err = strconv.Atoi(strings.TrimSpace(string(line[len(contentLength):]))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("no length: %s", status)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.reader, body); err != nil {
		return err
	}
	if !bytes.Contains(status, []byte(" 200 ")) || !bytes.Contains(body, allowed) {
		return fmt.Errorf("%s: %s", status, body)
	}
	return nil
}

// result is what a run measured.
type result struct {
	p50, p99, p999 time.Duration
	rate           float64 // requests a second
}

func summarise(latencies []time.Duration, took time.Duration) result {
	slices.Sort(latencies)
	at := func(q float64) time.Duration { return latencies[min(int(q*float64(len(latencies))), len(latencies)-1)] }
	return result{p50: at(0.5), p99: at(0.99), p999: at(0.999), rate: float64(len(latencies)) / took.Seconds()}
}

// closed keeps a number of connections busy: each sends its next request when it has its answer.
func closed(t *target, connections int, duration time.Duration) (result, error) {
	began := time.Now()
	return gather(t, connections, func(c *connection) ([]time.Duration, error) {
		var latencies []time.Duration
		for time.Since(began) < duration {
			sent := time.Now()
			if err := c.call(t); err != nil {
				return nil, err
			}
			latencies = append(latencies, time.Since(sent))
		}
		return latencies, nil
	})
}

// open sends requests at the times of a schedule, whether or not the earlier ones have been answered, and counts each latency from its time in the schedule: a server that
// stalls is not spared the requests that would have come meanwhile.
func open(t *target, rate int, duration time.Duration) (result, error) {
	const connections = 64
	due := make(chan time.Time, connections)
	began := time.Now()
	go func() {
		defer close(due)
		for i := range int(duration.Seconds() * float64(rate)) {
			at := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
			sleepUntil(at)
			due <- at
		}
	}()
	return gather(t, connections, func(c *connection) ([]time.Duration, error) {
		var latencies []time.Duration
		for at := range due {
			if err := c.call(t); err != nil {
				return nil, err
			}
			latencies = append(latencies, time.Since(at))
		}
		return latencies, nil
	})
}

// sleepUntil is exact where time.Sleep is up to a millisecond late, which would count as the server's.
func sleepUntil(at time.Time) {
	const late = 1500 * time.Microsecond
	time.Sleep(time.Until(at) - late)
	for time.Now().Before(at) {
		runtime.Gosched()
	}
}

// gather runs work on a number of connections and puts what they measured together.
func gather(t *target, connections int, work func(*connection) ([]time.Duration, error)) (result, error) {
	var group sync.WaitGroup
	var mu sync.Mutex
	var all []time.Duration
	var failure error
	began := time.Now()
	for range connections {
		group.Go(func() {
			latencies, err := dialAnd(t, work)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, latencies...)
			if err != nil {
				failure = err
			}
		})
	}
	group.Wait()
	if failure != nil {
		return result{}, failure
	}
	return summarise(all, time.Since(began)), nil
}

func dialAnd(t *target, work func(*connection) ([]time.Duration, error)) ([]time.Duration, error) {
	c, err := t.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return work(c)
}
