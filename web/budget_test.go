package web_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// Two bodies of 12 MB that do not end are as much as one tenant may hold: a third one is refused, and other tenants and the tenant's calls do not notice.
func TestBodiesInFlight(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys, others := s.tenant("acme"), s.tenant("other")
	s.flow("acme", keys, "login")
	for tenant, keys := range map[string]map[string]string{"acme": keys, "other": others} {
		s.call(keys["author"], "POST", "/v1/tenants/"+tenant+"/actions", api.NewAction{Slug: "a"}).into(201, nil)
	}
	const draft = "/v1/tenants/acme/actions/a/draft"
	start := `{"files":{"a.ts":"` + strings.Repeat("x", 12<<20-100)
	answers, reached, ended := make(chan int, 2), make(chan struct{}), make(chan struct{})
	for range 2 {
		q := httptest.NewRequest(http.MethodPatch, draft, io.MultiReader(strings.NewReader(start), pause{reached, ended}, strings.NewReader(`"},"revision":1}`)))
		q.Header.Set("Authorization", "Bearer "+keys["author"])
		go func() {
			answer := httptest.NewRecorder()
			s.web.ServeHTTP(answer, q)
			answers <- answer.Code
		}()
		<-reached
	}
	change := fmt.Sprintf(`{"files":{"a.ts":%q},"revision":1}`, strings.Repeat("x", 1<<20))
	s.call(keys["author"], "PATCH", draft, change).into(429, nil)
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall).into(200, nil)
	s.call(others["author"], "PATCH", "/v1/tenants/other/actions/a/draft", change).into(200, nil)
	close(ended)
	require.Equal(t, 422, <-answers)
	require.Equal(t, 422, <-answers)
	s.call(keys["author"], "PATCH", draft, change).into(200, nil)
}

// pause is a place in a body where its reader has to wait.
type pause struct{ reached, ended chan struct{} }

func (p pause) Read([]byte) (int, error) {
	p.reached <- struct{}{}
	<-p.ended
	return 0, io.EOF
}

// stuck is a client that does not read its answer until it is let.
type stuck struct {
	*httptest.ResponseRecorder
	arrived, let chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	s.arrived <- struct{}{}
	<-s.let
	return s.ResponseRecorder.Write(b)
}

func TestReadsAtATime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys, others := s.tenant("acme"), s.tenant("other")
	s.flow("acme", keys, "login")
	arrived, let := make(chan struct{}), make(chan struct{})
	var reading sync.WaitGroup
	for range 4 {
		reading.Go(func() {
			q := httptest.NewRequest(http.MethodGet, "/v1/tenants/acme/audit/edits", nil)
			q.Header.Set("Authorization", "Bearer "+keys["viewer"])
			s.web.ServeHTTP(&stuck{httptest.NewRecorder(), arrived, let}, q)
		})
		<-arrived
	}
	r := s.call(keys["viewer"], "GET", "/v1/tenants/acme/flows/login/revisions", nil)
	r.problem(429, "too_many_requests")
	require.Equal(t, "1", r.header.Get("Retry-After"))
	s.call(others["viewer"], "GET", "/v1/tenants/other/audit/edits", nil).into(200, nil)
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall).into(200, nil)
	close(let)
	reading.Wait()
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/flows/login/revisions", nil).into(200, nil)
}

// Names are counted while they are read: a million of them never becomes a map.
func TestManyEntries(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{Slug: "a"}).into(201, nil)
	var files, hosts bytes.Buffer
	for i := range 500_000 {
		fmt.Fprintf(&files, `"a%d":"",`, i)
		fmt.Fprintf(&hosts, `"a%d",`, i)
	}
	for pointer, body := range map[string]string{
		"/files": `{"revision":1,"files":{` + files.String() + `"z":""}}`,
		"/hosts": `{"revision":1,"hosts":[` + hosts.String() + `"z"]}`,
	} {
		p := s.call(keys["author"], "PATCH", "/v1/tenants/acme/actions/a/draft", body).problem(422, "invalid")
		require.Len(t, p.Errors, 1)
		require.Contains(t, p.Errors[0].Pointer, pointer)
		require.Contains(t, p.Errors[0].Detail, "more than 1000 entries")
	}
}
