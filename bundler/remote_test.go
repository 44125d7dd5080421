package bundler_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
)

// inProcess is a remote whose process is this one.
func inProcess(check func(*bundler.Bundle) []bundler.Diagnostic) bundler.Remote {
	task := bundler.Task(check)
	return bundler.Remote{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) { return task(payload) }}
}

// answering is a remote whose process answers so.
func answering(answer string) bundler.Remote {
	return bundler.Remote{Run: func(context.Context, string, string, []byte) ([]byte, error) { return []byte(answer), nil }}
}

func TestRemoteBuildsWhatBuildBuilds(t *testing.T) {
	t.Parallel()
	for name, src := range sources {
		want, err := bundler.Build(src)
		require.NoError(t, err)
		got, err := inProcess(nil).Build(t.Context(), "acme", src)
		require.NoError(t, err, name)
		require.Equal(t, want, got)
	}
}

func TestRemoteTellsTheSameDiagnostics(t *testing.T) {
	t.Parallel()
	src := files("action.ts", "let 😀 = <b>;\nconst const = 1", "b.ts", "")
	_, want := bundler.Build(src)
	_, got := inProcess(nil).Build(t.Context(), "acme", src)
	require.Equal(t, want, got)
}

func TestRemoteNamesTenantAndTask(t *testing.T) {
	t.Parallel()
	var tenant, task string
	lost := errors.New("the process died")
	r := bundler.Remote{Run: func(_ context.Context, t1, t2 string, _ []byte) ([]byte, error) {
		tenant, task = t1, t2
		return nil, lost
	}}
	_, err := r.Build(t.Context(), "acme", files("action.ts", ""))
	require.ErrorIs(t, err, lost)
	require.Equal(t, []string{"acme", bundler.TaskName}, []string{tenant, task})
}

func TestRemoteRefusesSizesBeforeItSends(t *testing.T) {
	t.Parallel()
	r := bundler.Remote{Run: func(context.Context, string, string, []byte) ([]byte, error) {
		t.Error("sent")
		return nil, nil
	}}
	for _, src := range []bundler.Source{{}, files("action.ts", strings.Repeat(" ", bundler.MaxFileSize+1)), files("../a.ts", ""), files("a.ts", "\xff")} {
		_, err := r.Build(t.Context(), "acme", src)
		var broken *bundler.BuildError
		require.ErrorAs(t, err, &broken)
	}
}

func TestTheCheckCanRefuseABundle(t *testing.T) {
	t.Parallel()
	src := files("action.ts", `export const a = eval("1");`)
	refuse := bundler.Diagnostic{Severity: bundler.SeverityError, File: "action.ts", Line: 1, Column: 1, Text: "does not compile"}
	var seen string
	_, err := inProcess(func(b *bundler.Bundle) []bundler.Diagnostic {
		seen = string(b.Script)
		return []bundler.Diagnostic{refuse}
	}).Build(t.Context(), "acme", src)
	var broken *bundler.BuildError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, refuse, broken.Diagnostics[0])
	require.Contains(t, seen, "$action")

	warn := bundler.Diagnostic{Severity: bundler.SeverityWarning, Text: "slow"}
	b, err := inProcess(func(*bundler.Bundle) []bundler.Diagnostic { return []bundler.Diagnostic{warn} }).Build(t.Context(), "acme", src)
	require.NoError(t, err)
	require.Len(t, b.Warnings, 2)
	require.Equal(t, warn, b.Warnings[0])
}

func TestTaskRefusesAPayloadThatIsNoSource(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", "{", `{"files":{},"entry":"a","x":1}`, `{"files":[]}`, `{} {}`} {
		_, err := bundler.Task(nil)([]byte(payload))
		require.ErrorContains(t, err, "decode source", payload)
	}
}

func TestRemoteTakesNoNonsense(t *testing.T) {
	t.Parallel()
	const ok = `"script":"MQ==","source_map":"e30=","bundler":"x"`
	for name, answer := range map[string]string{
		"nothing":                  ``,
		"no JSON":                  `<html>`,
		"an empty object":          `{}`,
		"null":                     `null`,
		"an unknown member":        `{` + ok + `,"x":1}`,
		"more after the end":       `{` + ok + `}{}`,
		"no script":                `{"source_map":"e30=","bundler":"x"}`,
		"a script that is no text": `{"script":"/w==","source_map":"e30=","bundler":"x"}`,
		"a script too large":       `{"script":"` + strings.Repeat("MTEx", bundler.MaxScriptSize/3+1) + `","source_map":"e30=","bundler":"x"}`,
		"no map":                   `{"script":"MQ==","bundler":"x"}`,
		"a map that is no JSON":    `{"script":"MQ==","source_map":"MTEx/w==","bundler":"x"}`,
		"no name":                  `{"script":"MQ==","source_map":"e30="}`,
		"a long name":              `{"script":"MQ==","source_map":"e30=","bundler":"` + strings.Repeat("x", 65) + `"}`,
		"both":                     `{` + ok + `,"diagnostics":[{"severity":"error","text":"x"}]}`,
		"another severity":         `{` + ok + `,"diagnostics":[{"severity":"fatal","text":"x"}]}`,
		"another file":             `{"diagnostics":[{"severity":"error","text":"x","file":"/etc/passwd"}]}`,
		"a negative line":          `{"diagnostics":[{"severity":"error","text":"x","line":-1}]}`,
		"a column far out":         `{"diagnostics":[{"severity":"error","text":"x","column":2000000}]}`,
		"no text":                  `{"diagnostics":[{"severity":"error"}]}`,
		"a long text":              `{"diagnostics":[{"severity":"error","text":"` + strings.Repeat("x", 2000) + `"}]}`,
		"many diagnostics":         `{"diagnostics":[` + strings.Repeat(`{"severity":"error","text":"x"},`, 99) + `{"severity":"error","text":"x"}]}`,
		"very much":                strings.Repeat(" ", 30<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(answer).Build(t.Context(), "acme", files("action.ts", ""))
			require.ErrorIs(t, err, bundler.ErrBadReply)
			require.Less(t, len(err.Error()), 500)
		})
	}
	b, err := answering(`{`+ok+`}`).Build(t.Context(), "acme", files("action.ts", ""))
	require.NoError(t, err)
	require.Equal(t, "1", string(b.Script))
}

func FuzzRemote(f *testing.F) {
	f.Add([]byte(`{"script":"MQ==","source_map":"e30=","bundler":"x","diagnostics":[{"severity":"warning","file":"action.ts","line":1,"column":1,"text":"x"}]}`))
	f.Add([]byte(`{"diagnostics":[{"severity":"error","text":"x","hint":"y","line_text":"z","length":3}]}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		b, err := answering(string(answer)).Build(context.Background(), "acme", files("action.ts", ""))
		var broken *bundler.BuildError
		switch {
		case err == nil:
			require.NotEmpty(t, b.Script)
			require.True(t, json.Valid(b.SourceMap))
		case errors.As(err, &broken):
			require.NotEmpty(t, broken.Diagnostics)
		default:
			require.ErrorIs(t, err, bundler.ErrBadReply)
		}
	})
}

func FuzzTask(f *testing.F) {
	f.Add([]byte(`{"files":{"action.ts":"export const a = 1;"},"entry":"action.ts"}`))
	f.Add([]byte(`{"files":{"a.ts":"` + "`${'}'}`/2/'(?i:'" + `","b.json":"[1"},"entry":"a.ts"}`))
	task := bundler.Task(nil)
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > 2000 { // what is long may be slow, and that is the killable process's to bound
			return
		}
		var src bundler.Source
		answer, err := task(payload)
		if err != nil || json.Unmarshal(payload, &src) != nil {
			return
		}
		_, err = answering(string(answer)).Build(context.Background(), "acme", src)
		require.NotErrorIs(t, err, bundler.ErrBadReply)
	})
}
