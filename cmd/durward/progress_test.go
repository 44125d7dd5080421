package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestProgressIsShown(t *testing.T) {
	t.Parallel()
	download := api.Progress{Stage: "download", Package: "axios@1.7.2", Done: 3, Total: 9, Bytes: 1_234_567}
	const line = "downloading packages, 3 of 9 done, 1.2 MB: axios@1.7.2"
	tests := map[string]struct {
		terminal bool
		work     func(p *progressLine)
		want     string
	}{
		"nothing to tell":       {false, func(*progressLine) { time.Sleep(time.Minute) }, ""},
		"done soon":             {false, func(p *progressLine) { p.report(download); time.Sleep(400 * time.Millisecond) }, ""},
		"done soon, a terminal": {true, func(p *progressLine) { p.report(download); time.Sleep(400 * time.Millisecond) }, ""},
		"after a while":         {false, func(p *progressLine) { p.report(download); time.Sleep(time.Minute) }, line + "\n"},
		"after a while, a line": {true, func(p *progressLine) { p.report(download); time.Sleep(time.Minute) }, "\r\x1b[K" + line + "\r\x1b[K"},
		"the last alone": {false, func(p *progressLine) {
			p.report(api.Progress{Stage: "resolve"})
			p.report(download)
			time.Sleep(time.Second)
		}, line + "\n"},
		"a stage after another": {true, func(p *progressLine) {
			p.report(download)
			time.Sleep(time.Second)
			p.report(api.Progress{Stage: "bundle"})
			time.Sleep(time.Second)
		}, "\r\x1b[K" + line + "\r\x1b[Kbundling\r\x1b[K"},
		"not more than is read": {false, func(p *progressLine) {
			for range 100 {
				p.report(download)
				time.Sleep(50 * time.Millisecond)
			}
		}, strings.Repeat(line+"\n", 3)},
		"a name that commands": {false, func(p *progressLine) {
			p.report(api.Progress{Stage: "unpack", Package: "a\x1b[2J", Total: 1})
			time.Sleep(time.Second)
		}, "unpacking packages, 0 of 1 done: a [2J\n"},
		"a stage of newer times": {false, func(p *progressLine) { p.report(api.Progress{Stage: "polish"}); time.Sleep(time.Second) }, "polish\n"},
		"not wider than a line": {true, func(p *progressLine) {
			p.report(api.Progress{Stage: strings.Repeat("é", 200)})
			time.Sleep(time.Second)
		}, "\r\x1b[K" + strings.Repeat("é", 79) + "\r\x1b[K"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				s := streams{err: &out}
				if test.terminal {
					s.terminal = &out
				}
				p := newProgress(s)
				test.work(p)
				p.end()
				time.Sleep(time.Minute)
				require.Equal(t, test.want, out.String())
			})
		})
	}
}
