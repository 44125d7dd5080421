package runtime_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
)

var answers = map[contract.Kind]string{
	contract.Continue: `{"kind":"continue"}`, contract.DemandMFA: `{"kind":"demand_mfa","factors":["totp","sms"]}`,
	contract.Redirect: `{"kind":"redirect","url":"https://example.com"}`, contract.Block: `{"kind":"block"}`,
}

// script of a step: what it answers, call by call, separated by spaces. A first word "bare" means that it exports no resume.
type play struct {
	said  map[string][]string // what is left to be said, by script
	calls []string            // "<entry> <place>", in order
}

func (p *play) execute(_ context.Context, program *runtime.Program, call vm.Call) (vm.Result, error) {
	text := string(program.Script)
	place, bare := text[:1], strings.Contains(text, "bare")
	if call.Entry == "resume" && bare {
		return vm.Result{Failure: &vm.Failure{Kind: vm.FailNoEntry}}, nil
	}
	p.calls = append(p.calls, call.Entry+" "+place)
	if p.said == nil {
		p.said = map[string][]string{}
	}
	if _, known := p.said[text]; !known {
		p.said[text] = strings.Fields(strings.NewReplacer("bare", "").Replace(text))[1:]
	}
	kind := contract.Continue
	if left := p.said[text]; len(left) > 0 {
		kind, p.said[text] = contract.Kind(left[0]), left[1:]
	}
	return vm.Result{Outcome: []byte(answers[kind])}, nil
}

// travel makes calls until nothing is to be resumed, and returns the kinds of the answers.
func travel(t *testing.T, p *play, chain []runtime.Step) []contract.Kind {
	t.Helper()
	var kinds []contract.Kind
	engine := &runtime.Engine{Sandbox: sandbox(p.execute)}
	call := runtime.Call{Trigger: lookup(t, "login.after"), Steps: chain}
	for range 50 {
		answer, err := engine.Run(t.Context(), &call)
		require.NoError(t, err)
		kinds = append(kinds, answer.Outcome.Kind)
		p.calls = append(p.calls, "|")
		if answer.Resumption == nil {
			return kinds
		}
		call.Resume = answer.Resumption
	}
	t.Fatal("it does not come to an end")
	return nil
}

func TestResume(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps []string
		calls string
		kinds string
	}{
		"nothing to resume":                   {[]string{"a", "b"}, "execute a,execute b,|", "continue"},
		"behind a redirect":                   {[]string{"a", "b redirect", "c"}, "execute a,execute b,|,resume b,execute c,|", "redirect continue"},
		"a second redirect":                   {[]string{"a redirect redirect", "b"}, "execute a,|,resume a,|,resume a,execute b,|", "redirect redirect continue"},
		"a block behind a redirect":           {[]string{"a redirect block", "b"}, "execute a,|,resume a,|", "redirect block"},
		"behind a second factor":              {[]string{"a", "b demand_mfa", "c"}, "execute a,execute b,execute c,|,resume b,|", "demand_mfa continue"},
		"two demands":                         {[]string{"a demand_mfa", "b", "c demand_mfa"}, "execute a,execute b,execute c,|,resume a,resume c,|", "demand_mfa continue"},
		"a demand that is not satisfied":      {[]string{"a demand_mfa demand_mfa", "b"}, "execute a,execute b,|,resume a,|,resume a,|", "demand_mfa demand_mfa continue"},
		"a demand before a redirect":          {[]string{"a demand_mfa", "b redirect", "c"}, "execute a,execute b,|,resume b,execute c,|,resume a,|", "redirect demand_mfa continue"},
		"a redirect behind a second factor":   {[]string{"a demand_mfa redirect", "b demand_mfa", "c"}, "execute a,execute b,execute c,|,resume a,|,resume a,resume b,|", "demand_mfa redirect continue"},
		"a block after a demand":              {[]string{"a demand_mfa", "b block"}, "execute a,execute b,|", "block"},
		"without resume, execute runs again":  {[]string{"a bare redirect", "b"}, "execute a,|,execute a,execute b,|", "redirect continue"},
		"without resume, a demand runs again": {[]string{"a bare demand_mfa demand_mfa", "b"}, "execute a,execute b,|,execute a,|,execute a,|", "demand_mfa demand_mfa continue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &play{}
			kinds := travel(t, p, steps(test.steps...))
			require.Equal(t, test.calls, strings.Join(p.calls, ","))
			var said []string
			for _, k := range kinds {
				said = append(said, string(k))
			}
			require.Equal(t, test.kinds, strings.Join(said, " "))
		})
	}
}

// Whatever the actions ask for: each runs execute once, in order, unless one has blocked; it runs resume once for each time that it was answered to the caller; and no demand is lost.
func TestResumingSkipsNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	kinds := []string{"continue", "continue", "demand_mfa", "redirect", "block"}
	for range 2000 {
		var scripts []string
		for i := range 1 + r.IntN(5) {
			words := []string{string(rune('a' + i))}
			for range r.IntN(4) {
				words = append(words, kinds[r.IntN(len(kinds)-r.IntN(2))])
			}
			scripts = append(scripts, strings.Join(words, " "))
		}
		p := &play{}
		answered := travel(t, p, steps(scripts...))
		calls := strings.Join(p.calls, ",")
		blocked := answered[len(answered)-1] == contract.Block
		executed := slices.DeleteFunc(slices.Clone(p.calls), func(c string) bool { return !strings.HasPrefix(c, "execute") })
		require.True(t, slices.IsSorted(executed), calls)
		require.Len(t, slices.Compact(slices.Clone(executed)), len(executed), "no step runs execute twice: %v %s", scripts, calls)
		if !blocked {
			require.Len(t, executed, len(scripts), "%v %s", scripts, calls)
		}
		for _, call := range strings.Split(strings.TrimSuffix(calls, ",|"), ",|,") {
			places := placesOf(call)
			require.True(t, slices.IsSorted(places), "within a call the steps run in order: %s", calls)
		}
		if !blocked {
			for _, script := range scripts {
				asked := strings.Count(script, "redirect") + strings.Count(script, "demand_mfa")
				// A step asks again only when it is run again, and so all that it has to say is said, up to its first continue.
				if first := strings.Index(script, "continue"); first >= 0 {
					asked = strings.Count(script[:first], "redirect") + strings.Count(script[:first], "demand_mfa")
				}
				require.Equal(t, asked, strings.Count(calls, "resume "+script[:1]), "each demand is answered: %v %s", scripts, calls)
			}
		}
	}
}

func placesOf(call string) []string {
	var places []string
	for _, one := range strings.Split(call, ",") {
		places = append(places, one[strings.IndexByte(one, ' ')+1:])
	}
	return places
}

func TestWhatComesBack(t *testing.T) {
	t.Parallel()
	var inputs []string
	engine := &runtime.Engine{Sandbox: sandbox(func(_ context.Context, _ *runtime.Program, call vm.Call) (vm.Result, error) {
		var in struct{ Resume json.RawMessage }
		if err := json.Unmarshal(call.Input, &in); err != nil {
			return vm.Result{}, err
		}
		inputs = append(inputs, call.Entry+string(in.Resume))
		return vm.Result{}, nil
	})}
	list := steps("a", "b")
	when(t, &list[0], `false`) // it was true when the action ran
	call := &runtime.Call{
		Trigger: lookup(t, "login.after"), Steps: list, Event: contract.Call{Resume: json.RawMessage(`{"code":"7"}`)}, Resume: &runtime.Resumption{Asked: 1, Pending: 2},
	}
	answer, err := engine.Run(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, []string{`resume{"code":"7"}`, "execute"}, inputs, "only who is resumed gets what came back")
	require.True(t, answer.Executions[0].Resumed)
	require.False(t, answer.Executions[1].Resumed)
}

func TestADemandThatIsOwedHasItsFactors(t *testing.T) {
	t.Parallel()
	call := &runtime.Call{Steps: steps(`{"kind":"demand_mfa","factors":["webauthn","totp"],"enrol":true}`, `{"kind":"redirect","url":"https://example.com"}`, `{"kind":"demand_mfa","factors":["totp"]}`)}
	answer := run(t, call)
	require.Equal(t, runtime.Demand{By: 1, Factors: []string{"webauthn", "totp"}, Enrol: true}, answer.Resumption.Demand)
	call.Resume = answer.Resumption
	call.Steps[1].Program.Script = []byte(`{"kind":"continue"}`)
	answer = run(t, call)
	require.Equal(t, contract.DemandMFA, answer.Outcome.Kind)
	require.Equal(t, []string{"totp"}, answer.Outcome.Factors)
	require.True(t, answer.Outcome.Enrol)
	require.Equal(t, &runtime.Resumption{Asked: 0b101}, answer.Resumption)
}
