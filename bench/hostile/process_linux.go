package hostile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Process is a process at a moment, as /proc has it.
type Process struct {
	PID     int
	Started string // in ticks since the machine was booted: a number that is used again has another one
	parent  int
}

// Processes returns the process and all that it started, directly or not.
func Processes(pid int) ([]Process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	children := map[int][]Process{}
	var family []Process
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		p, err := read(number)
		if err != nil {
			continue // it has ended
		}
		if number == pid {
			family = append(family, p)
		}
		children[p.parent] = append(children[p.parent], p)
	}
	if len(family) == 0 {
		return nil, fmt.Errorf("process %d: %w", pid, fs.ErrNotExist)
	}
	for i := 0; i < len(family); i++ {
		family = append(family, children[family[i].PID]...)
	}
	return family, nil
}

var errStat = errors.New("stat has another form")

func read(pid int) (Process, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, err
	}
	// The name, in brackets, may have spaces; state and parent follow it, and the time of the start is the 22nd field.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return Process{}, errStat
	}
	parent, err := strconv.Atoi(fields[1])
	return Process{PID: pid, Started: fields[19], parent: parent}, err
}

// Lives reports whether the process is still there.
func (p Process) Lives() bool {
	now, err := read(p.PID)
	return err == nil && now.Started == p.Started
}

// Descriptors returns how many descriptors are open in the process.
func (p Process) Descriptors() (int, error) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID))
	return len(entries), err
}

// RSS returns the resident memory of the process now and at its peak, in bytes.
func (p Process) RSS() (now, peak int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kb << 10
		case "VmHWM":
			peak = kb << 10
		}
	}
	return now, peak, nil
}
