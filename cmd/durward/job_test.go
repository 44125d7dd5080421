package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/web/api"
)

// demo is a demo server and what it printed.
type demo struct {
	*process
	url, link, admin, execute, operator string // link: what its link signs in by
	curls                               []string
	next                                []string // what to try next: a script
}

func startDemo(t *testing.T, data string) *demo {
	t.Helper()
	d := &demo{process: start(t, false, nil, "demo", "--port", "0", "--data", data)}
	d.link = d.await(`^http://\S+/sign-in#link=(dwl_\S+)$`)[1]
	d.url = d.await(`^  URL +(\S+)$`)[1]
	d.admin = d.await(`^  admin key +(dwk_\S+)$`)[1]
	d.execute = d.await(`^  execute key +(dwk_\S+)$`)[1]
	d.operator = d.await(`^  operator key +(dwo_\S+)$`)[1]
	d.curls = []string{d.await(`^curl .*$`)[0], d.await(`^curl .*$`)[0]}
	d.await(`^What to try next`)
	_, d.next = d.read(`^Stop it with Ctrl-C`)
	return d
}

func (d *demo) shell(tenant, key string) *shell {
	return &shell{t: d.t, dir: d.t.TempDir(), env: []string{"DURWARD_URL=" + d.url, "DURWARD_TENANT=" + tenant, "DURWARD_KEY=" + key}}
}

// TestDemo starts the demo twice and does what it says.
func TestDemo(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data", "demo")
	first := startDemo(t, data)
	secrets, err := os.Stat(filepath.Join(data, secretsFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), secrets.Mode().Perm())

	s := first.shell(demoTenant, first.execute)
	require.Contains(t, s.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`), "decision  continue")
	require.Contains(t, s.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"mallory@example.org"}}`), "domain_not_allowed")

	second := exec.Command(program, "demo", "--port", "0", "--data", data)
	out, err := second.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "in use by another process")

	require.Equal(t, exitOK, first.end(syscall.SIGTERM))
	again := startDemo(t, data)
	require.Equal(t, []string{first.admin, first.execute, first.operator}, []string{again.admin, again.execute, again.operator})
	var records api.List[api.Record]
	again.shell(demoTenant, again.admin).json(&records, "audit", "executions")
	require.Len(t, records.Items, 2, "what was answered before the end is recorded")
	require.Equal(t, exitOK, again.end(syscall.SIGINT))
}

// TestDemoCurl pastes the printed commands into a shell.
func TestDemoCurl(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl; install it with: apt-get install curl")
	}
	d := startDemo(t, t.TempDir())
	for i, kind := range []string{"continue", "block"} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", d.curls[i]).Output()
		require.NoError(t, err)
		require.Contains(t, string(out), `"kind":"`+kind+`"`)
	}
}

// TestDemoNext pastes what the demo says to try next into a shell whose PATH does not have the program.
func TestDemoNext(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", strings.Join(d.next, "\n"))
	cmd.Dir, cmd.Env = t.TempDir(), []string{}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "Attached domain-allowlist@1.1.0")
}

// TestWorkersOutliveSignals sends the workers what a terminal and a service manager send to all processes of a server, which is meant for the server alone.
func TestWorkersOutliveSignals(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	s := d.shell(demoTenant, d.admin)
	signIn := func() { s.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`) }
	signIn()
	for _, pid := range children(t, d.cmd.Process.Pid) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGINT))
		require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	}
	signIn()
	metrics, err := http.Get(d.url + "/metrics")
	require.NoError(t, err)
	defer metrics.Body.Close()
	text, err := io.ReadAll(metrics.Body)
	require.NoError(t, err)
	require.Contains(t, string(text), "durward_worker_retries_total 0\n")
	require.NotContains(t, string(text), `durward_worker_ends_total{reason="crashed"}`)
}

// children are the processes that a process has started.
func children(t *testing.T, parent int) []int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	require.NoError(t, err)
	if len(lists) == 0 {
		t.Skip("the kernel does not tell children here; it needs CONFIG_PROC_CHILDREN")
	}
	var pids []int
	for _, list := range lists {
		text, err := os.ReadFile(list)
		require.NoError(t, err)
		for _, word := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(word)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
	}
	require.NotEmpty(t, pids)
	return pids
}

// greeting is an action that says which version of itself ran.
func greeting(version string) string {
	return fmt.Sprintf(`import type { LoginAfter } from "durward";
import { claim } from "./lib/claim";

export async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {
  console.log("hello", input.user.email);
  return { kind: "continue", claims: { id_token: { [claim]: %q } } };
}
`, version)
}

// TestJob does the whole job with the command alone: a tenant, an action from its first source to a flow, sign-ins sealed over a new revision and a restart, the audit,
// and a backup that another server serves.
func TestJob(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d := startDemo(t, data)

	operator := d.shell("acme", d.operator)
	operator.ok("tenant", "create", "acme", "--name", "Acme")
	require.Contains(t, operator.refused("tenant", "create", "acme"), "exists")
	require.Contains(t, operator.ok("tenant", "list"), "Acme")
	require.Len(t, strings.TrimSpace(operator.ok("tenant", "redirect-secret", "acme")), 52)
	var admin, login, author api.CreatedKey
	operator.json(&admin, "key", "create", "setup", "--role", "admin")
	s := d.shell("acme", admin.Secret)
	s.json(&login, "key", "create", "login-system", "--role", "execute")
	s.json(&author, "key", "create", "ada", "--role", "author")
	require.Contains(t, d.shell(demoTenant, admin.Secret).refused("action", "list"), "no such thing", "the key of another tenant")

	writeFiles(t, s.dir, map[string]string{
		"greet/action.ts": greeting("1.0.0"), "greet/lib/claim.ts": `export const claim: string = "greeted_by";`,
		"greet/action.json": `{"triggers": ["login.after"]}`, "greet/durward.d.ts": s.ok("types"),
	})
	s.ok("action", "create", "greet", "--name", "Greet")
	pushed := s.ok("action", "push", "greet", "greet")
	require.Contains(t, pushed, "lib/claim.ts")
	require.NotContains(t, pushed, "durward.d.ts")
	trial := s.ok("action", "run", "greet", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`)
	require.Contains(t, trial, "hello ada@example.com")
	require.Contains(t, trial, `"greeted_by": "1.0.0"`)
	s.ok("action", "publish", "greet", "1.0.0", "-m", "the first")
	s.ok("action", "publish", "greet", "1.0.0", "-m", "the first")

	publishBroken(t, s)
	require.Contains(t, d.shell("acme", author.Secret).refused("action", "publish", "greet", "3.0.0"), "role")

	s.ok("flow", "create", "login")
	s.ok("flow", "attach", "login", "after", "greet@1.0.0", "--timeout", "2s", "--on-failure", "continue")
	require.Contains(t, s.refused("flow", "attach", "login", "after", "greet@9.9.9"), "9.9.9")
	require.Contains(t, s.refused("flow", "attach", "login", "after", "greet@1.0.0", "--config", `{"x":1}`), "/config")

	run := signIn(t, d.shell("acme", login.Secret), "", "1.0.0", 2)

	writeFiles(t, s.dir, map[string]string{"greet/action.ts": greeting("2.0.0")})
	s.ok("action", "push", "greet", "greet")
	require.Contains(t, s.refused("action", "publish", "greet", "1.0.0"), "other content")
	s.ok("action", "publish", "greet", "2.0.0")
	s.ok("flow", "detach", "login", "greet")
	s.ok("flow", "attach", "login", "after", "greet@2.0.0", "-m", "the second")
	signIn(t, d.shell("acme", login.Secret), "", "2.0.0", 4)
	run = signIn(t, d.shell("acme", login.Secret), run, "1.0.0", 2)

	require.Equal(t, exitOK, d.end(syscall.SIGTERM))
	d = startDemo(t, data)
	s.env = d.shell("acme", admin.Secret).env
	signIn(t, d.shell("acme", login.Secret), run, "1.0.0", 2)

	checkHistory(t, s)
	checkRevocation(t, s, d.shell("acme", login.Secret), login.ID)
	checkBackup(t, d, data, admin.Secret)
}

// publishBroken tries to publish sources that do not build: everything is located, and nothing is stored.
func publishBroken(t *testing.T, s *shell) {
	t.Helper()
	writeFiles(t, s.dir, map[string]string{"broken.ts": "import { a } from \"./nowhere\";\nexport function execute() {\n  return {;\n}\n"})
	s.ok("action", "create", "broken", "--trigger", "login.after")
	s.ok("action", "push", "broken", "broken.ts")
	text := s.refused("action", "publish", "broken", "1.0.0")
	require.Contains(t, text, "broken.ts:3:11: error:")
	require.Contains(t, text, "      return {;\n              ^")
	writeFiles(t, s.dir, map[string]string{"broken.ts": "export const other = () => 1;\n"})
	s.ok("action", "push", "broken", "broken.ts")
	require.Contains(t, s.refused("action", "publish", "broken", "1.0.0"), `broken.ts:1:1: error: The file exports no function "execute"; it exports other`)
	var list api.List[api.VersionInfo]
	s.json(&list, "version", "list", "broken")
	require.Empty(t, list.Items)
}

// signIn executes and checks which version decided, at which revision; it returns the run's token.
func signIn(t *testing.T, s *shell, run, version string, revision int) string {
	t.Helper()
	var a api.Answer
	args := []string{"execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`}
	if run != "" {
		args = append(args, "--run", run)
	}
	s.json(&a, args...)
	require.Equal(t, "continue", a.Kind)
	require.JSONEq(t, `"`+version+`"`, string(a.Claims.IDToken["greeted_by"]))
	require.Equal(t, api.FlowAt{Slug: "login", Revision: revision}, a.Flow)
	return a.Run
}

// maxPage is the most that the API returns at once.
const maxPage = 200

func checkHistory(t *testing.T, s *shell) {
	t.Helper()
	var records api.List[api.Record]
	s.json(&records, "audit", "executions", "--flow", "login", "--action", "greet", "--outcome", "continue", "--user", "u1")
	require.Len(t, records.Items, 4, "those before the restart too")
	s.json(&records, "audit", "executions", "--run", records.Items[0].Run)
	require.Len(t, records.Items, 3, "those of one run")
	s.json(&records, "audit", "executions", "--outcome", "block")
	require.Empty(t, records.Items)
	var events api.List[api.Event]
	s.json(&events, "audit", "edits", "--type", "flow.action_attached", "--flow", "login")
	require.Len(t, events.Items, 2)
	require.Equal(t, "2.0.0", events.Items[0].Version, "newest first")
	s.json(&events, "audit", "edits", "--from", "1h", "--to", "2000-01-01")
	require.Empty(t, events.Items)

	// More than one page of everything, and a part of it: each save changes twenty attachments.
	for i := range 11 {
		var list []string
		for k := range 20 {
			list = append(list, fmt.Sprintf(`{"id":"a%d","action":"greet","version":"1.0.0","timeout_ms":%d}`, k, 100+i))
		}
		s.ok("flow", "save", "login", fmt.Sprintf(`{"after":{"default":[%s]}}`, strings.Join(list, ",")))
	}
	s.json(&events, "audit", "edits")
	require.Greater(t, len(events.Items), maxPage)
	require.Equal(t, len(events.Items), int(events.Items[0].Sequence), "without gaps, to the first")
	s.json(&events, "audit", "edits", "--limit", "3")
	require.Len(t, events.Items, 3)
}

func checkRevocation(t *testing.T, s, login *shell, id string) {
	t.Helper()
	login.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`)
	s.ok("key", "revoke", id)
	require.Contains(t, login.refused("execute", "login", "after"), "no valid key")
	var keys api.List[api.Key]
	s.json(&keys, "key", "list")
	require.Len(t, keys.Items, 3)
}

// checkBackup backs up while the server serves and serves the backup.
func checkBackup(t *testing.T, d *demo, data, admin string) {
	t.Helper()
	operator := d.shell("acme", d.operator)
	operator.ok("backup", "--out", "all.tar")
	require.Equal(t, exitUsage, operator.run("backup", "--out", "all.tar").code, "a backup is not written over another one")
	require.Contains(t, d.shell("acme", admin).refused("backup", "--out", "x.tar"), "role")
	operator.ok("restore", "all.tar", "--data", "copy")
	require.Contains(t, operator.refused("restore", "all.tar", "--data", "copy"), "not empty")

	env := []string{"DURWARD_OPERATOR_KEY=" + newOperatorKey()}
	without := &shell{t: t, dir: operator.dir, env: env}
	require.Regexp(t, "tenant acme: sealed with the key [0-9a-f]{8}, and there is no key: .*DURWARD_SEAL_KEY", without.refused("serve", "--listen", "127.0.0.1:0", "--data", "copy"))
	secrets, err := loadSecrets(data)
	require.NoError(t, err)
	env = append(env, "DURWARD_SEAL_KEY="+seal.NewKey()+","+secrets.Seal)
	copied := start(t, true, env, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(operator.dir, "copy"))
	url := copied.await(`msg=ready url=(\S+)`)[1]
	s := &shell{t: t, dir: t.TempDir(), env: []string{"DURWARD_URL=" + url, "DURWARD_TENANT=acme", "DURWARD_KEY=" + admin}}
	var versions api.List[api.VersionInfo]
	s.json(&versions, "version", "list", "greet")
	require.Len(t, versions.Items, 2)
	require.Contains(t, s.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`), "continue", "an admin may execute")
	s.ok("action", "pull", "greet", "pulled")
	text, err := os.ReadFile(filepath.Join(s.dir, "pulled", "action.ts"))
	require.NoError(t, err)
	require.Equal(t, greeting("2.0.0"), string(text))
	require.Equal(t, exitUsage, s.run("action", "pull", "greet", "pulled").code, "a folder is not written over unasked")
	s.ok("action", "push", "greet", "pulled")
	require.Equal(t, exitOK, copied.end(syscall.SIGTERM))
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}
