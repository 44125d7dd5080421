package web_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

func TestBadCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	s.flow("acme", keys, "partners")
	var other api.Answer
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/partners/slots/after/execute", loginCall).into(200, &other)

	tests := map[string]struct {
		path    string
		body    string
		headers []string
		status  int
		code    string
		pointer string // of the first error
		offset  int64
	}{
		"unknown flow":     {path: "/flows/nothing/slots/after", body: loginCall, status: 404, code: "not_found"},
		"unknown slot":     {path: "/flows/login/slots/nothing", body: loginCall, status: 404, code: "not_found"},
		"not JSON":         {body: `{"user":{"id":"u1",}}`, status: 400, code: "malformed_json", offset: 18, pointer: "/user"},
		"cut off":          {body: `{"user":{`, status: 400, code: "malformed_json", offset: 9},
		"empty":            {body: ``, status: 400, code: "malformed_json"},
		"two values":       {body: loginCall + `{}`, status: 400, code: "malformed_json", offset: int64(len(loginCall)) + 1},
		"wrong type":       {body: `{"user":{"id":"u1","email":7}}`, status: 422, code: "invalid", pointer: "/user/email"},
		"unknown member":   {body: `{"user":{"id":"u1","email":"a@b.c","e_mail":"x"}}`, status: 422, code: "invalid", pointer: "/user/e_mail"},
		"name twice":       {body: `{"user":{"id":"u1","email":"a@b.c"},"user":{}}`, status: 422, code: "invalid", pointer: "/user"},
		"null":             {body: `null`, status: 422, code: "invalid"},
		"missing user":     {body: `{}`, status: 422, code: "invalid", pointer: "/user"},
		"forged run":       {body: `{"run":"AAAA","user":{"id":"u1","email":"a@b.c"}}`, status: 400, code: "invalid_run"},
		"other flow's run": {body: `{"run":"` + other.Run + `","user":{"id":"u1","email":"a@b.c"}}`, status: 400, code: "invalid_run"},
		"over the limit":   {body: `{"state":{"x":"` + strings.Repeat("x", 256<<10) + `"}}`, status: 413, code: "body_too_large"},
		"a form":           {body: `user=u1`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: "unsupported_media_type"},
		"compressed":       {body: loginCall, headers: []string{"Content-Encoding", "gzip"}, status: 415, code: "unsupported_media_type"},
		"long idempotency": {body: loginCall, headers: []string{"Idempotency-Key", strings.Repeat("x", 256)}, status: 422, code: "invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := test.path
			if path == "" {
				path = "/flows/login/slots/after"
			}
			r := s.call(keys["execute"], "POST", "/v1/tenants/acme"+path+"/execute", test.body, test.headers...)
			p := r.problem(test.status, test.code)
			if test.pointer != "" {
				require.Equal(t, test.pointer, p.Errors[0].Pointer)
			}
			if test.code == "malformed_json" {
				require.Equal(t, test.offset, *p.Offset)
			}
		})
	}
}

func TestBadEdits(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	admin := keys["admin"]

	tests := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
		pointers     []string
	}{
		"tenant exists":       {"POST", "/v1/tenants", `{"id":"acme"}`, 409, "exists", nil},
		"tenant's id no slug": {"POST", "/v1/tenants", `{"id":"Acme Inc"}`, 422, "invalid", []string{"/id"}},
		"missing members":     {"POST", "/v1/tenants/acme/keys", `{}`, 422, "invalid", []string{"/name", "/role"}},
		"unknown member":      {"POST", "/v1/tenants/acme/keys", `{"name":"k","role":"viewer","scope":"x"}`, 422, "invalid", []string{"/scope"}},
		"member twice":        {"POST", "/v1/tenants/acme/keys", `{"name":"k","role":"viewer","role":"admin"}`, 422, "invalid", []string{"/role"}},
		"wrong type":          {"POST", "/v1/tenants/acme/keys", `{"name":7,"role":"viewer"}`, 422, "invalid", []string{"/name"}},
		"unknown role":        {"POST", "/v1/tenants/acme/keys", `{"name":"k","role":"operator"}`, 422, "invalid", []string{"/role"}},
		"an array":            {"POST", "/v1/tenants/acme/keys", `[]`, 422, "invalid", []string{""}},
		"null":                {"POST", "/v1/tenants/acme/keys", `null`, 422, "invalid", []string{""}},
		"not JSON":            {"POST", "/v1/tenants/acme/keys", `{"name":}`, 400, "malformed_json", []string{"/name"}},
		"cut off":             {"POST", "/v1/tenants/acme/keys", `{"name":"k"`, 400, "malformed_json", []string{""}},
		"two values":          {"POST", "/v1/tenants/acme/keys", `{"name":"k","role":"viewer"} {}`, 400, "malformed_json", []string{""}},
		"no key":              {"DELETE", "/v1/tenants/acme/keys/nothing", nil, 404, "not_found", nil},
		"action exists":       {"POST", "/v1/tenants/acme/actions", `{"slug":"domain-allowlist","files":{},"triggers":[]}`, 409, "exists", nil},
		"unknown kind":        {"POST", "/v1/tenants/acme/actions", `{"slug":"a","kind":"odd","files":{},"triggers":[]}`, 422, "invalid", []string{"/kind"}},
		"unknown trigger":     {"POST", "/v1/tenants/acme/actions", `{"slug":"a","files":{},"triggers":["login.never"]}`, 422, "invalid", []string{"/triggers/0"}},
		"schema is no schema": {"POST", "/v1/tenants/acme/actions", `{"slug":"a","files":{},"triggers":[],"config_schema":{"type":"object","properties":7}}`, 422, "invalid", []string{"/config_schema/properties"}},
		"draft conflict":      {"PATCH", "/v1/tenants/acme/actions/domain-allowlist/draft", `{"revision":9}`, 409, "conflict", nil},
		"trial's event":       {"POST", "/v1/tenants/acme/actions/domain-allowlist/draft/run", `{"event":{"user":{"id":7}}}`, 422, "invalid", []string{"/event/user/id", "/event/user/email"}},
		"trial's config":      {"POST", "/v1/tenants/acme/actions/domain-allowlist/draft/run", `{"event":` + loginCall + `,"config":{"domain":7}}`, 422, "invalid", []string{"/config/domain"}},
		"no number":           {"POST", "/v1/tenants/acme/actions/domain-allowlist/versions", `{"number":"v1"}`, 422, "invalid", []string{"/number"}},
		"unknown version":     {"GET", "/v1/tenants/acme/actions/domain-allowlist/versions/2.0.0", nil, 404, "not_found", nil},
		"odd include":         {"GET", "/v1/tenants/acme/actions/domain-allowlist/versions/1.0.0?include=all", nil, 422, "invalid", []string{"?include"}},
		"flow exists":         {"POST", "/v1/tenants/acme/flows", `{"slug":"login","kind":"login"}`, 409, "exists", nil},
		"no slots":            {"PUT", "/v1/tenants/acme/flows/login", `{"base":1}`, 422, "invalid", []string{"/slots"}},
		"lost race":           {"PUT", "/v1/tenants/acme/flows/login", `{"base":7,"slots":{}}`, 409, "conflict", nil},
		"invalid config":      {"PUT", "/v1/tenants/acme/flows/login", `{"base":1,"slots":{"after":{"default":[{"action":"domain-allowlist","version":"1.0.0","config":{"domain":7}}]}}}`, 422, "invalid", []string{"/slots/after/default/0/config/domain"}},
		"secret's name":       {"PUT", "/v1/tenants/acme/secrets/API-KEY", `{"value":"v"}`, 422, "invalid", []string{""}},
		"secret is empty":     {"PUT", "/v1/tenants/acme/secrets/A", `{"value":""}`, 422, "invalid", []string{"/value"}},
		"secret is long":      {"PUT", "/v1/tenants/acme/secrets/A", `{"value":"` + strings.Repeat("x", 16<<10+1) + `"}`, 422, "invalid", []string{"/value"}},
		"secret is missing":   {"PUT", "/v1/tenants/acme/secrets/A", `{}`, 422, "invalid", []string{"/value"}},
		"secret's hosts":      {"PUT", "/v1/tenants/acme/secrets/A", `{"value":"v","brokered":true,"hosts":["a.example","https://a.example"]}`, 422, "invalid", []string{"/hosts/1"}},
		"brokered, no hosts":  {"PUT", "/v1/tenants/acme/secrets/A", `{"value":"v","brokered":true}`, 422, "invalid", []string{"/hosts"}},
		"hosts not brokered":  {"PUT", "/v1/tenants/acme/secrets/A", `{"value":"v","hosts":["a.example"]}`, 422, "invalid", []string{"/hosts"}},
		"no such secret":      {"DELETE", "/v1/tenants/acme/secrets/NONE", nil, 404, "not_found", nil},
		"private host":        {"PUT", "/v1/tenants/acme/egress", `{"hosts":["a.example","10.0.0.1:80"],"methods":["get"],"schemes":["ftp"]}`, 422, "invalid", []string{"/hosts/1", "/methods/0", "/schemes/0"}},
		"lost egress race":    {"PUT", "/v1/tenants/acme/egress", `{"revision":1}`, 409, "conflict", nil},
		"draft's hosts":       {"PATCH", "/v1/tenants/acme/actions/domain-allowlist/draft", `{"hosts":["**"]}`, 422, "invalid", []string{"/hosts/0"}},
		"too much time":       {"PUT", "/v1/tenants/acme/flows/login", `{"base":1,"slots":{"after":{"default":[{"action":"domain-allowlist","version":"1.0.0","timeout_ms":10001,"limits":{"cpu_ms":2001,"requests":-1}}]}}}`, 422, "invalid", []string{"/slots/after/default/0/timeout_ms", "/slots/after/default/0/limits/cpu_ms", "/slots/after/default/0/limits/requests"}},
		"revision no number":  {"GET", "/v1/tenants/acme/flows/login/revisions/first", nil, 404, "not_found", nil},
		"limit no number":     {"GET", "/v1/tenants/acme/flows?limit=many", nil, 422, "invalid", []string{"?limit"}},
		"limit too high":      {"GET", "/v1/tenants/acme/flows?limit=201", nil, 422, "invalid", []string{"?limit"}},
		"foreign cursor":      {"GET", "/v1/tenants/acme/audit/edits?after=x", nil, 422, "invalid", nil},
		"unknown parameter":   {"GET", "/v1/tenants/acme/audit/edits?flows=login&typ=x", nil, 422, "invalid", []string{"?flows", "?typ"}},
		"parameter twice":     {"GET", "/v1/tenants/acme/audit/edits?flow=a&flow=b", nil, 422, "invalid", []string{"?flow"}},
		"no timestamp":        {"GET", "/v1/tenants/acme/audit/executions?from=yesterday", nil, 422, "invalid", []string{"?from"}},
		"unknown outcome":     {"GET", "/v1/tenants/acme/audit/executions?outcome=odd", nil, 422, "invalid", []string{"?outcome"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			key := admin
			if test.path == "/v1/tenants" {
				key = operatorKey
			}
			p := s.call(key, test.method, test.path, test.body).problem(test.status, test.code)
			if test.pointers != nil {
				var pointers []string
				for _, e := range p.Errors {
					pointers = append(pointers, e.Pointer)
				}
				require.Equal(t, test.pointers, pointers)
			}
		})
	}
}

func TestPublishingIsForEver(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publish("acme", keys, "guard", "export function execute() {}", nil)
	action := "/v1/tenants/acme/actions/guard"
	s.call(keys["author"], "PATCH", action+"/draft", `{"files":{"action.ts":"export function execute() { return { kind: \"continue\" } }"}}`).into(200, nil)
	s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`).problem(409, "exists")

	s.call(keys["author"], "PATCH", action+"/draft", `{"files":{"action.ts":"export function execute() {\n  retrun 1;\n}"}}`).into(200, nil)
	p := s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.1.0"}`).problem(422, "build_failed")
	require.Equal(t, "action.ts", p.Diagnostics[0].File)
	require.Equal(t, 2, p.Diagnostics[0].Line)
	require.Equal(t, "  retrun 1;", p.Diagnostics[0].LineText)
	s.call(keys["viewer"], "GET", action+"/versions/1.1.0", nil).problem(404, "not_found")
}

func TestConfigSchemaCanBeTakenAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publish("acme", keys, "guard", "export function execute() {}", []byte(allowlistSchema))
	var draft api.Draft
	s.call(keys["author"], "PATCH", "/v1/tenants/acme/actions/guard/draft", `{"config_schema":null}`).into(200, &draft)
	require.Empty(t, draft.ConfigSchema)
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/actions/guard/draft", nil).into(200, &draft)
	require.Empty(t, draft.ConfigSchema)
}

// TestFailingActions wants the policy to decide, the answer to tell the kind, and the audit to tell why.
func TestFailingActions(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	tests := map[string]struct{ source, failure, message string }{
		"throws":  {`export function execute() { throw new Error("no database") }`, "thrown", "Error: no database"},
		"loops":   {`export function execute() { for (;;); }`, "time_limit", ""},
		"answers": {`export function execute() { return { kind: "maybe" } }`, "bad_outcome", ""},
	}
	for name, test := range tests {
		s.publish("acme", keys, name, test.source, nil)
		for _, policy := range []string{"block", "continue"} {
			t.Run(name+" "+policy, func(t *testing.T) {
				flow := name + "-" + policy
				s.flow("acme", keys, flow, api.Attachment{Action: name, Version: "1.0.0", OnFailure: policy})
				var answer api.Answer
				r := s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/"+flow+"/slots/after/execute", loginCall)
				r.into(200, &answer)
				require.Equal(t, policy, answer.Kind)
				require.Equal(t, test.failure, answer.Actions[0].Failure)
				require.NotContains(t, string(r.body), "database", "what an action threw is not for the user")

				require.NoError(t, s.recorder.Flush(t.Context()))
				var records api.List[api.Record]
				s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions?outcome=failed&flow="+flow, nil).into(200, &records)
				require.Len(t, records.Items, 1)
				require.Equal(t, policy, records.Items[0].Actions[0].Policy)
				require.Contains(t, records.Items[0].Actions[0].Failure.Message, test.message)
			})
		}
	}
}

// untouchable is a body that must not be read.
type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, errors.New("read")
}

func TestTooLargeBodyIsNotRead(t *testing.T) {
	t.Parallel()
	s := newUnserved(t, func(c *web.Config) { c.MaxCall = 100 })
	q := httptest.NewRequest(http.MethodPost, "/v1/tenants/acme/flows/login/slots/after/execute", untouchable{t})
	q.ContentLength = 101
	q.Header.Set("Authorization", "Bearer "+operatorKey)
	answer := httptest.NewRecorder()
	s.web.ServeHTTP(answer, q)
	require.Equal(t, 413, answer.Code)
	require.Contains(t, answer.Body.String(), "At most 100 bytes")
}

func TestTooLargeBodyOfUnknownLength(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) { c.MaxCall = 100 })
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	execute := "/v1/tenants/acme/flows/login/slots/after/execute"
	body := func(size int) io.Reader { // which http does not know the length of
		text := loginCall[:len(loginCall)-1] + strings.Repeat(" ", size-len(loginCall)) + "}"
		return io.MultiReader(bytes.NewReader([]byte(text)))
	}
	s.call(keys["execute"], "POST", execute, body(100)).into(200, nil)
	s.call(keys["execute"], "POST", execute, body(101)).problem(413, "body_too_large")
}

func TestNoSuchRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.call("", "GET", "/v2/tenants", nil).problem(404, "not_found")
	r := s.call("", "DELETE", "/v1/tenants", nil)
	r.problem(405, "method_not_allowed")
	require.Contains(t, r.header.Get("Allow"), "GET")
	require.Contains(t, r.header.Get("Allow"), "POST")
}

func FuzzBodies(f *testing.F) {
	s := newUnserved(f)
	for _, seed := range []string{`{"id":"a"}`, `{"id":"a","name":7}`, `{"id":`, `null`, `[{}]`, `{"id":"a","id":"b"}`, "\xff", `{"id":"\ud800"}`, `{"files":{"a":"b"}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q := httptest.NewRequest(http.MethodPost, "/v1/tenants", bytes.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+operatorKey)
		answer := httptest.NewRecorder()
		s.web.ServeHTTP(answer, q)
		require.Contains(t, []int{201, 400, 409, 422}, answer.Code, answer.Body.String())
		r := &reply{t: t, status: answer.Code, header: answer.Header(), body: answer.Body.Bytes()}
		s.document.check(t, "POST", "/v1/tenants", r)
	})
}
