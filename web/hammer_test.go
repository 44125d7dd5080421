package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// TestCallsDoNotMix makes calls of different sizes at once. Their buffers are used again and again, and the state in an answer shares memory with the body that it came in.
func TestCallsDoNotMix(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for i := range 100 {
				state := fmt.Sprintf(`{"caller":"%d.%d","filler":%q}`, caller, i, strings.Repeat(string(rune('a'+caller)), 50*(i%20)))
				body := loginCall[:len(loginCall)-1] + `,"state":` + state + `}`
				q := httptest.NewRequest(http.MethodPost, "/v1/tenants/acme/flows/login/slots/after/execute", strings.NewReader(body))
				q.Header.Set("Authorization", "Bearer "+keys["execute"])
				answer := httptest.NewRecorder()
				s.web.ServeHTTP(answer, q)
				var got api.Answer
				if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || string(got.State) != state {
					t.Errorf("sent %s, got %d %s", state, answer.Code, answer.Body)
				}
			}
		})
	}
	all.Wait()
}

// TestEditsAndExecutions saves, rolls out, promotes, aborts, rolls back and recalls while others call. Each answer is that of one revision, whole; a run stays on its own unless that was recalled; and what was acknowledged is met by every call
// that begins behind it.
func TestEditsAndExecutions(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publish("acme", keys, "mark", `export function execute(input) { return { kind: "continue", state: { mark: input.config.mark } }; }`, json.RawMessage(`{"type":"object","properties":{"mark":{"type":"string"}}}`))
	marked := func(mark string) map[string]api.Slot {
		return map[string]api.Slot{"after": {Default: []api.Attachment{{ID: "m", Action: "mark", Version: "1.0.0", Config: json.RawMessage(`{"mark":"` + mark + `"}`)}}}}
	}
	s.call(keys["publisher"], "POST", "/v1/tenants/acme/flows", api.NewFlow{Slug: "login", Kind: "login", Slots: marked("first")}).into(201, nil)
	const flow = "/v1/tenants/acme/flows/login"
	var marks sync.Map // revision to mark, as it was answered first
	execute := func(user, run string) api.Answer {
		var answer api.Answer
		s.call(keys["execute"], "POST", flow+"/slots/after/execute", map[string]any{"run": run, "user": map[string]any{"id": user, "email": ""}}).into(200, &answer)
		mark, _ := marks.LoadOrStore(answer.Flow.Revision, string(answer.State))
		require.Equal(t, mark, string(answer.State), "revision %d", answer.Flow.Revision)
		return answer
	}
	var callers, editors sync.WaitGroup
	stop := make(chan struct{})
	for caller := range 6 {
		callers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				first := execute(fmt.Sprint(caller, ".", i), "")
				second := execute(fmt.Sprint(caller, ".", i), first.Run)
				if second.Flow.Revision != first.Flow.Revision && second.Flow.Recalled != first.Flow.Revision {
					t.Errorf("a run went from revision %d to %d, recalled: %d", first.Flow.Revision, second.Flow.Revision, second.Flow.Recalled)
				}
			}
		})
	}
	for editor := range 3 {
		editors.Go(func() {
			for i := range 12 {
				s.edit(keys, flow, marked(fmt.Sprint(editor, ".", i)), editor+i)
			}
		})
	}
	editors.Wait()
	close(stop)
	callers.Wait()
	var live api.FlowDetail
	s.call(keys["publisher"], "POST", flow+"/rollback", api.RollBack{To: 1}).into(200, &live)
	require.Greater(t, live.Revision, 5, "edits that were not refused")
	require.Equal(t, live.Revision, execute("last", "").Flow.Revision)
}

// edit makes one of several edits of what is live; it may be refused because somebody else was first.
func (s *server) edit(keys map[string]string, flow string, slots map[string]api.Slot, which int) {
	s.t.Helper()
	var f api.FlowDetail
	s.call(keys["viewer"], "GET", flow, nil).into(200, &f)
	var r *reply
	switch which % 4 {
	case 0:
		r = s.call(keys["publisher"], "PUT", flow, api.FlowChange{Base: f.Revision, Slots: slots})
	case 1:
		r = s.call(keys["publisher"], "POST", flow+"/rollout", api.NewRollout{Base: f.Revision, Slots: slots, RolloutPlan: api.RolloutPlan{Steps: []api.RolloutStep{{Percent: 50}}}})
	case 2:
		r = s.call(keys["publisher"], "POST", flow+"/rollout/promote", api.Promotion{All: true})
	case 3:
		r = s.call(keys["publisher"], "POST", flow+"/rollout/abort", api.Abortion{Recall: true})
	}
	if r.status != 200 && r.status != 201 && r.status != 409 {
		s.t.Errorf("edit %d: %d %s", which%4, r.status, r.body)
	}
}
