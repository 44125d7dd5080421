package main

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// Bounds of what the standard log passes on.
const (
	maxStandardLines = 60  // a minute
	maxStandardLine  = 300 // bytes
)

// tameStandardLog sends what packages write to the standard log to the logger, at the level debug and within bounds: package net/http writes there what hostile hosts send without being asked.
// The logger must not write to the standard log itself, as slog's default does.
func tameStandardLog(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetPrefix("")
	log.SetOutput(&standardLog{logger: logger, now: time.Now})
}

// standardLog is where the standard log writes.
type standardLog struct {
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	began   time.Time // of the minute
	lines   int       // in it
	dropped int       // since the last one that was passed on
}

// Write takes one line, as package log promises. It never fails.
func (s *standardLog) Write(line []byte) (int, error) {
	if !s.logger.Enabled(context.Background(), slog.LevelDebug) {
		return len(line), nil
	}
	if dropped, ok := s.take(); ok {
		text := bytes.TrimRight(line, "\n")
		text = text[:min(len(text), maxStandardLine)]
		s.logger.Debug("a package says", "text", strings.ToValidUTF8(string(text), "?"), "dropped", dropped)
	}
	return len(line), nil
}

// take says whether one more line is passed on, and how many were not since the last one.
func (s *standardLog) take() (dropped int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.began) >= time.Minute {
		s.began, s.lines = now, 0
	}
	if s.lines >= maxStandardLines {
		s.dropped++
		return 0, false
	}
	s.lines++
	dropped, s.dropped = s.dropped, 0
	return dropped, true
}
