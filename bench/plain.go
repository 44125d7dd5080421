package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// servePlain answers as domain-allowlist does.
func servePlain(address string) error {
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(decide)}
	return server.ListenAndServe()
}

func decide(w http.ResponseWriter, r *http.Request) {
	var call struct {
		User struct {
			Email string `json:"email"`
		} `json:"user"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err == nil {
		err = json.Unmarshal(body, &call)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	kind := "block"
	if _, domain, _ := strings.Cut(call.User.Email, "@"); slices.Contains([]string{"example.org", "example.com"}, domain) {
		kind = "continue"
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"kind":"`+kind+`"}`)
}

// startPlain starts this program as the plain handler, in a process of its own.
func startPlain(pin bool) (t *target, stop func(), err error) {
	address, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := command(pin, []string{self, "-plain", address})
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	}
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err == nil {
			return newTarget("http://"+address, "/", "none"), stop, c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return nil, nil, os.ErrDeadlineExceeded
}
