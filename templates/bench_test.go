package templates_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/templates"
)

// BenchmarkTemplates runs each template's first sample again and again in a warm worker, and tells the median of a whole execution: building the input, the way to the worker and back, the action, reading
// the outcome. What requests over the network take is not in it: they are answered at once.
func BenchmarkTemplates(b *testing.B) {
	w := newWorkshop(b)
	for _, template := range templates.All() {
		b.Run(template.Name, func(b *testing.B) {
			sample := template.Samples[0]
			w.measure(b, template, sample, sample.Config)
		})
	}
}

// BenchmarkLists runs the templates that look something up in a list, with lists of 10 and of 100,000 entries.
func BenchmarkLists(b *testing.B) {
	w := newWorkshop(b)
	domain := func(i int) string { return fmt.Sprintf("d%06d.example.com", i) }
	network := func(i int) string { return fmt.Sprintf("2001:db8:%x:%x::/64", i>>16, i&0xffff) }
	for _, of := range []struct {
		template, member string
		entry            func(int) string
	}{{"domain-allowlist", "domains", domain}, {"domain-blocklist", "domains", domain}, {"block-disposable-emails", "domains", domain}, {"ip-allowlist", "networks", network}} {
		for _, entries := range []int{10, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", of.template, entries), func(b *testing.B) {
				template, _ := templates.Lookup(of.template)
				list := make([]string, entries)
				for i := range list {
					list[i] = of.entry(i)
				}
				config, err := json.Marshal(map[string]any{of.member: list})
				require.NoError(b, err)
				sample := templates.Sample{Trigger: "login.after", Exchange: templates.Exchange{Event: json.RawMessage(`{"user":{"id":"u1","email":"ada@elsewhere.test"},"request":{"ip":"192.0.2.1"}}`)}}
				w.measure(b, template, sample, config)
			})
		}
	}
}

func (w *workshop) measure(b *testing.B, template templates.Template, sample templates.Sample, config json.RawMessage) {
	b.Helper()
	config, err := w.schemas.Apply(b.Context(), "tenant", template.ConfigSchema, config)
	require.NoError(b, err)
	bundle := w.bundle(b, template)
	script := slices.Clip(bundle.Script)
	if !sample.Clock.IsZero() {
		script = fmt.Appendf(script, "\nDate.now = () => %d;\n", sample.Clock.UnixMilli())
	}
	broker := host.New(host.Options{DurableCounters: host.NewMemoryCounters()})
	defer broker.Close()
	secrets := map[string]host.Secret{}
	for name, value := range sample.Secrets {
		secrets[name] = host.Secret{Value: value}
	}
	trigger, _ := contract.Lookup(contract.TriggerID(sample.Trigger))
	event, err := contract.DecodeCall(sample.Event, trigger)
	require.NoError(b, err)
	stage := &stage{workshop: w, see: func(_ vm.Call, r vm.Result) vm.Result { return r }}
	engine := &runtime.Engine{Sandbox: stage, Broker: broker, Tenants: tenant{&host.Settings{Secrets: secrets}}}
	call := &runtime.Call{
		Tenant: "tenant", Trigger: trigger, Event: event, Flow: "flow", Revision: 1, Run: "run", RunStarted: time.Now(), IdempotencyKey: "key",
		Steps: []runtime.Step{{
			Attachment: "a", Action: template.Name, Version: template.Version(), Program: vm.NewProgram(script, nil), Config: runtime.NewConfig(config), OnFailure: runtime.Block,
			Secrets: template.Secrets, Hosts: template.Hosts,
		}},
	}
	var times []time.Duration
	run := func() {
		stage.expect(b, template.Name, template.Hosts, sample.Requests)
		began := time.Now()
		answer, err := engine.Run(b.Context(), call)
		times = append(times, time.Since(began))
		if err != nil || answer.Executions[0].Result.Failure != nil {
			b.Fatal(err, answer.Executions[0].Result.Failure)
		}
	}
	for range 20 { // to be warm
		run()
	}
	times = nil
	for b.Loop() {
		run()
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op") // the median is what counts
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds())/1000, "p99-µs")
}
