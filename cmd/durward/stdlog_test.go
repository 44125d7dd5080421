package main

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStandardLogIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	var out bytes.Buffer
	to := func(level slog.Level) *log.Logger {
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level}))
		return log.New(&standardLog{logger: logger, now: func() time.Time { return now }}, "", 0)
	}

	debug := to(slog.LevelDebug)
	hostile := "Unsolicited response: \x1b[2J\xff\n level=ERROR " + strings.Repeat("x", 1<<20)
	for range 1000 {
		debug.Print(hostile)
	}
	require.Equal(t, 60, strings.Count(out.String(), "\n"), "a line of another one's making is none")
	require.Less(t, out.Len(), 60*(maxStandardLine+200))
	require.Contains(t, out.String(), "level=DEBUG")
	require.NotContains(t, out.String(), "\x1b")

	now = now.Add(time.Minute)
	out.Reset()
	debug.Print("again")
	require.Contains(t, out.String(), "text=again dropped=940")

	out.Reset()
	to(slog.LevelInfo).Print(hostile)
	require.Empty(t, out.String())
}
