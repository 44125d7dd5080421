package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/versions"
)

// metrics are the server's figures. No label names a tenant or anything that a tenant or a client may choose: the number of series is bounded, and everybody who may read
// them may read all.
type metrics struct {
	registry   *prometheus.Registry
	executions *prometheus.CounterVec
	failures   *prometheus.CounterVec
	attempts   *prometheus.CounterVec
	chains     *prometheus.HistogramVec
	actions    prometheus.Histogram
	signIns    *prometheus.CounterVec
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
}

// buckets reach from an action that hardly computes to a chain that used up its time.
var buckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics(c *Config) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		executions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "durward_executions_total", Help: "Execute calls that were answered, by trigger and kind of outcome.",
		}, []string{"trigger", "outcome"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "durward_action_failures_total", Help: "Actions that failed, by kind of failure.",
		}, []string{"kind"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "durward_delivery_attempts_total", Help: "Attempts at deliveries, by trigger and result.",
		}, []string{"trigger", "result"}),
		chains: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "durward_execution_duration_seconds", Help: "From the body's arrival to the decision, by trigger.", Buckets: buckets,
		}, []string{"trigger"}),
		actions: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "durward_action_duration_seconds", Help: "Of one action, waiting for a worker included.", Buckets: buckets,
		}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "durward_sign_ins_total", Help: "Attempts to sign in with a browser, by method and result.",
		}, []string{"method", "result"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "durward_http_requests_total", Help: "Requests that were answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "durward_http_request_duration_seconds", Help: "From the headers' arrival to the end of the answer, by route.", Buckets: buckets,
		}, []string{"route"}),
	}
	m.registry.MustRegister(
		m.executions, m.failures, m.attempts, m.chains, m.actions, m.signIns, m.requests, m.durations,
		poolCollector{c.Workers}, recorderCollector{c.Recorder}, answersCollector{c.Answers}, deliveriesCollector{c.Deliveries},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if c.Broker != nil {
		m.registry.MustRegister(brokerCollector{c.Broker})
	}
	if c.Packages != nil {
		m.registry.MustRegister(packageCollector{c.Packages})
	}
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) answered(route, method string, status int, took time.Duration) {
	if route == "none" {
		method = "any" // which the client chose
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) executed(response *versions.Response, took time.Duration) {
	trigger := string(response.Trigger)
	m.executions.WithLabelValues(trigger, string(response.Answer.Outcome.Kind)).Inc()
	m.chains.WithLabelValues(trigger).Observe(took.Seconds())
	m.ran(&response.Answer)
}

// attempted counts an attempt at a delivery: done, failed where an action did, or none where it could not be made.
func (m *metrics) attempted(trigger contract.TriggerID, answer *runtime.Answer) {
	result := "done"
	switch {
	case answer.Outcome.Kind == audit.NoAnswer:
		result = audit.NoAnswer
	case slices.ContainsFunc(answer.Executions, func(e runtime.Execution) bool { return e.Result.Failure != nil }):
		result = anyFailure
	}
	m.attempts.WithLabelValues(string(trigger), result).Inc()
	m.ran(answer)
}

func (m *metrics) ran(answer *runtime.Answer) {
	for i := range answer.Executions {
		e := &answer.Executions[i]
		if e.Skipped {
			continue
		}
		m.actions.Observe(e.Took.Seconds())
		if e.Result.Failure != nil {
			m.failures.WithLabelValues(string(e.Result.Failure.Kind)).Inc()
		}
	}
}
