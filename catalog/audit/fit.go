package audit

import (
	"slices"
	"unicode/utf8"
)

// maxLogs is the most bytes of JSON that the logs of one record have together. A control character, of which a log may be full, is six bytes of JSON.
const maxLogs = 256 << 10

// fit returns the record with no more logs than a record may have: itself, or a copy in which each action keeps as many of its first lines as its equal part of
// maxLogs takes. The rest are counted as dropped: a call must not fail for what its actions log.
func (r *Record) fit() *Record {
	total := 0
	for i := range r.Actions {
		for j := range r.Actions[i].Logs {
			total += r.Actions[i].Logs[j].size()
		}
	}
	if total <= maxLogs {
		return r
	}
	cut := r.copied()
	for i := range cut.Actions {
		cut.Actions[i].keepLogs(maxLogs / len(cut.Actions))
	}
	return cut
}

func (e *Executed) keepLogs(most int) {
	for i := range e.Logs {
		if most -= e.Logs[i].size(); most < 0 {
			e.LogsDropped += len(e.Logs) - i
			e.Logs = e.Logs[:i:i]
			return
		}
	}
}

// stripped returns a copy without logs and requests, which are counted as dropped.
func (r *Record) stripped() *Record {
	cut := r.copied()
	for i := range cut.Actions {
		e := &cut.Actions[i]
		e.LogsDropped += len(e.Logs)
		e.RequestsDropped += len(e.Requests)
		e.Logs, e.Requests = nil, nil
	}
	return cut
}

// hasDetails says whether stripped would leave anything out.
func (r *Record) hasDetails() bool {
	return slices.ContainsFunc(r.Actions, func(e Executed) bool { return len(e.Logs) > 0 || len(e.Requests) > 0 })
}

func (r *Record) copied() *Record {
	cut := *r
	cut.Actions = slices.Clone(r.Actions)
	return &cut
}

// logFrame is what a line has around its texts, with the longest number.
const logFrame = len(`{"level":"","message":"","at_us":-9223372036854775808,"fields":},`)

// size is how many bytes of JSON the line has, or somewhat more.
func (l *Log) size() int {
	return logFrame + escapedSize(l.Level) + escapedSize(l.Message) + len(l.Fields)
}

// escapedSize is how many bytes a text has in JSON, or somewhat more.
func escapedSize(s string) int {
	size := len(s)
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b < ' ':
			size += len(`\u0000`) - 1
		case b == '"' || b == '\\':
			size++
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				size += len("\uFFFD") - 1
			}
			i += n
			continue
		}
		i++
	}
	return size
}
