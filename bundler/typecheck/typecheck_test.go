package typecheck_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
	"github.com/durward/durward/bundler/types"
)

const action = `import type { LoginAfter } from "durward";
export async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {
  %s
  return { kind: "continue" };
}
`

func TestCheck(t *testing.T) {
	t.Parallel()
	checker := typechecktest.NewChecker(t)
	declared := types.Action{ConfigSchema: []byte(`{"type":"object","properties":{"domains":{"type":"array","items":{"type":"string"},"default":[]},"strict":{"type":"boolean"}}}`), Secrets: []string{"API_KEY"}}
	for name, test := range map[string]struct {
		code string
		want string // place and text of the only diagnostic; empty: there is none
	}{
		"what is right":           {`const n: number = input.config.domains.length; const s: boolean | undefined = input.config.strict; const key: string | undefined = input.secrets.API_KEY;`, ""},
		"config that is not":      {`input.config.domain;`, "action.ts:3:16 Property 'domain' does not exist on type"},
		"a secret that is not":    {`input.secrets.OTHER;`, "action.ts:3:17 Property 'OTHER' does not exist on type 'Secrets'. (TS2339)"},
		"a secret not set":        {`const key: string = input.secrets.API_KEY;`, "action.ts:3:9 Type 'string | undefined' is not assignable to type 'string'. (TS2322)"},
		"an outcome that is not":  {`if (input.user.id) return { kind: "deny" };`, `action.ts:3:31 Type '"deny"' is not assignable to type`},
		"behind a wide character": {`const s = "🎉"; s.none;`, "action.ts:3:21 Property 'none' does not exist on type"},
		"a global of browsers":    {`window;`, "action.ts:3:3 Cannot find name 'window'. (TS2304)"},
		"the globals": {`await fetch("https://a.example", { signal: AbortSignal.timeout(1) }); durward.log("info", "x", { a: 1 }); (await durward.counter.hit("k", { window_seconds: 1 })).count.toFixed(); structuredClone(1);
			await crypto.subtle.digest("SHA-256", new TextEncoder().encode("a")); Buffer.from("a").toString("base64url"); setTimeout(() => {}, 1); new URL("https://a.example").searchParams.get("a"); process.nextTick(() => {});`, ""},
		"modules of Node.js": {`const { createHmac, timingSafeEqual } = await import("node:crypto"); timingSafeEqual(createHmac("sha256", "k").update("x").digest(), Buffer.alloc(32)); (await import("util")).inspect(1);`, ""},
		"files of Node.js":   {`await import("node:fs");`, "action.ts:3:16 Cannot find name 'node:fs'. (TS2591)"},
		"a file of the host": {`await import("/etc/hostname.json");`, "action.ts:3:16 Cannot find module '/etc/hostname.json' or its corresponding type declarations. (TS2307)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := checker.Check(t.Context(), name, typecheck.Project{Files: map[string]string{"action.ts": fmt.Sprintf(action, test.code)}, Action: declared})
			require.NoError(t, err)
			if test.want == "" {
				require.Empty(t, got)
				return
			}
			require.NotEmpty(t, got)
			require.Contains(t, fmt.Sprintf("%s:%d:%d %s", got[0].File, got[0].Line, got[0].Column, got[0].Text), test.want)
			require.Equal(t, bundler.SeverityError, got[0].Severity)
			require.Equal(t, "  "+test.code, got[0].LineText)
			require.Positive(t, got[0].Length)
		})
	}
}

func TestCheckOfPackagesAndFiles(t *testing.T) {
	t.Parallel()
	checker := typechecktest.NewChecker(t)
	got, err := checker.Check(t.Context(), "acme", typecheck.Project{
		Files: map[string]string{
			"action.ts":   "import { greet } from \"@acme/greet\";\nimport { list } from \"./lib/list.ts\";\nimport data from \"./data.json\";\nexport async function execute() {\n  greet(1);\n  list.push(data.name, 2);\n}\n",
			"lib/list.ts": "export const list: string[] = [];\n", "data.json": `{"name": "x"}`, "old.js": "exports.x = function (a) { return a.b.c }\n", "tsconfig.json": `{"extends": "/etc/passwd"}`, "durward.d.ts": "",
		},
		Packages: &npm.Declarations{Files: map[string]string{
			"node_modules/@acme/greet/package.json": `{"name":"@acme/greet","version":"1.0.0","types":"index.d.ts"}`, "node_modules/@acme/greet/index.d.ts": "import { Gone } from \"gone\";\nexport declare function greet(name: string): Gone;\nexport declare const wrong: Missing;\n",
		}},
	})
	require.NoError(t, err)
	var lines []string
	for _, d := range got {
		lines = append(lines, d.String())
	}
	require.Equal(t, []string{
		"action.ts:5:9: error: Argument of type 'number' is not assignable to parameter of type 'string'. (TS2345)",
		"action.ts:6:24: error: Argument of type 'number' is not assignable to parameter of type 'string'. (TS2345)",
	}, lines)
	left, err := os.ReadDir(checker.Dir)
	require.NoError(t, err)
	require.Empty(t, left, "the folders are gone")
}

// The declarations themselves are right: nothing is believed here.
func TestDeclarationsAreRight(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"all.d.ts":      types.Declarations(),
		"tsconfig.json": `{"compilerOptions": {"strict": true, "noEmit": true, "target": "es2022", "lib": ["es2022"], "types": [], "module": "esnext", "moduleResolution": "bundler"}, "files": ["all.d.ts"]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	out, err := exec.CommandContext(t.Context(), typechecktest.Compiler(t), "-p", dir, "--pretty", "false").Output()
	require.NoError(t, err, "%s", out)
}

// printed is a checker whose compiler prints a text.
func printed(t testing.TB, text string) *typecheck.Checker {
	return &typecheck.Checker{Dir: t.TempDir(), Run: func(context.Context, string, ...string) ([]byte, error) { return []byte(text), nil }}
}

func TestWhatACompilerPrints(t *testing.T) {
	t.Parallel()
	project := typecheck.Project{Files: map[string]string{"a.ts": "one\r\ntwo\rthree\u2028four"}}
	for name, test := range map[string]struct{ printed, want string }{
		"reasons":            {"action/a.ts(1,1): error TS1: First\n  because\n    of this\n", "a.ts:1:1: error: First (TS1) | because of this | one"},
		"odd ends of lines":  {"action/a.ts(4,2): error TS2: X\n", "a.ts:4:2: error: X (TS2) |  | four"},
		"a line that is not": {"action/a.ts(9,2): error TS2: X\n", "a.ts:9:2: error: X (TS2) |  | "},
		"another file":       {"durward.d.ts(1,1): error TS2: X\n../../etc/passwd(1,1): error TS2: X\naction/b.ts(1,1): error TS2: X\n  more\n", ""},
		"nonsense":           {"\xff\x00(((\n  \n error TS: x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := printed(t, test.printed).Check(t.Context(), "acme", project)
			require.NoError(t, err)
			if test.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Equal(t, test.want, got[0].String()+" | "+got[0].Hint+" | "+got[0].LineText)
		})
	}
	_, err := printed(t, "error TS5023: Unknown compiler option 'x'.\n").Check(t.Context(), "acme", project)
	require.ErrorContains(t, err, "Unknown compiler option")
	many, err := printed(t, strings.Repeat("action/a.ts(1,1): error TS1: "+strings.Repeat("x", 5000)+"\n", 500)).Check(t.Context(), "acme", project)
	require.NoError(t, err)
	require.Len(t, many, 50)
	require.Less(t, len(many[0].Text), 1100)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Version 7.0.2\n": "7.0.2", "Version 7.0.0-dev.20260707.2": "7.0.0-dev.20260707.2", "Version 10.1.0": "10.1.0",
		"Version 5.9.3": "", "": "", "Version ": "", "hello": "", "v20.20.2": "",
	} {
		got, err := typecheck.Version(text)
		require.Equal(t, want, got)
		require.Equal(t, want == "", err != nil, text)
	}
}

// A tenant's checks take turns among themselves, and more of them than can wait are refused.
func TestQueue(t *testing.T) {
	t.Parallel()
	begun, end := make(chan string), make(chan struct{})
	checker := &typecheck.Checker{Dir: t.TempDir(), Run: func(context.Context, string, ...string) ([]byte, error) {
		begun <- ""
		<-end
		return nil, nil
	}}
	results := make(chan error)
	check := func(tenant string) {
		_, err := checker.Check(t.Context(), tenant, typecheck.Project{Files: map[string]string{"a.ts": ""}})
		results <- err
	}
	for range 5 { // one of them too many
		go check("busy")
	}
	require.ErrorIs(t, <-results, typecheck.ErrBusy)
	<-begun
	go check("other")
	<-begun // though three of the first tenant wait
	close(end)
	for range 3 {
		<-begun
	}
	for range 5 {
		require.NoError(t, <-results)
	}
}

func FuzzPrinted(f *testing.F) {
	f.Add("action/a.ts(1,1): error TS1: First\n  because\n", "one\ntwo")
	f.Add("error TS1: x\naction/a.ts(2,9999999): warning TS1: \xff", "\r\u2028")
	f.Fuzz(func(t *testing.T, text, source string) {
		got, err := printed(t, text).Check(t.Context(), "acme", typecheck.Project{Files: map[string]string{"a.ts": source}})
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(got), 50)
		for _, d := range got {
			require.Equal(t, "a.ts", d.File)
		}
	})
}
