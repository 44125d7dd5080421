package web

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/worker"
)

func desc(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

var (
	descWorkers  = desc("durward_workers", "Worker processes, spares included.")
	descSpares   = desc("durward_worker_spares", "Worker processes that are ready and belong to no tenant.")
	descTenants  = desc("durward_worker_tenants", "Tenants that have a worker process.")
	descInflight = desc("durward_worker_calls", "Calls in worker processes.")
	descWaiting  = desc("durward_worker_queue", "Calls that wait for a worker process.")
	descStarted  = desc("durward_worker_starts_total", "Worker processes that became ready.")
	descRetried  = desc("durward_worker_retries_total", "Calls that were run again because another call killed their worker process.")
	descBusy     = prometheus.NewDesc("durward_worker_busy_total", "Calls that got no worker process in time, by reason.", []string{"reason"}, nil)
	descEnded    = prometheus.NewDesc("durward_worker_ends_total", "Worker processes that are gone, by reason.", []string{"reason"}, nil)
	descStrict   = desc("durward_sandbox_strict", "1 if the sandbox of the worker processes is strict, 0 if it is less.")
	descLayer    = prometheus.NewDesc("durward_sandbox_layer", "1 for each layer of the sandbox that is there, 0 for each that is not.", []string{"layer"}, nil)

	descOutbound  = prometheus.NewDesc("durward_outbound_requests_total", "Requests of actions that have ended, by result: ok, or why there was no answer.", []string{"result"}, nil)
	descOutgoing  = desc("durward_outbound_requests", "Requests of actions whose answers have not been read to their end.")
	descConnPools = desc("durward_outbound_pools", "Pools of connections that tenants have.")

	descDownloads     = desc("durward_package_downloads_total", "Archives of npm packages downloaded.")
	descDownloaded    = desc("durward_package_download_bytes_total", "Size of the archives of npm packages downloaded.")
	descNotDownloaded = desc("durward_package_download_errors_total", "Downloads of npm packages that failed.")

	descAppended    = desc("durward_audit_records_total", "Execution records taken.")
	descRecovered   = desc("durward_audit_records_recovered_total", "Execution records found in the spool of a process that was killed.")
	descFlushed     = desc("durward_audit_records_stored_total", "Execution records stored.")
	descDropped     = desc("durward_audit_records_shed_total", "Execution records dropped because there was no room for them.")
	descStripped    = desc("durward_audit_records_stripped_total", "Execution records taken without their logs and requests, for their size or their tenant's on that day.")
	descFlushErrors = desc("durward_audit_store_errors_total", "Attempts to store execution records that failed.")
	descBuffered    = desc("durward_audit_records_waiting", "Execution records that wait to be stored.")
	descBytes       = desc("durward_audit_waiting_bytes", "Size of the execution records that wait to be stored.")

	descAccepted    = desc("durward_deliveries_accepted_total", "Calls of asynchronous triggers that were stored.")
	descRefused     = desc("durward_deliveries_refused_total", "Calls of asynchronous triggers that were refused, because their tenant had too many waiting.")
	descCompleted   = desc("durward_deliveries_completed_total", "Deliveries that are done.")
	descAgain       = desc("durward_deliveries_retried_total", "Attempts at deliveries after which there is another one.")
	descDied        = desc("durward_deliveries_dead_total", "Deliveries that became dead letters.")
	descDeadDropped = desc("durward_dead_letters_dropped_total", "Dead letters that were dropped because their tenant had too many.")
	descRunning     = desc("durward_deliveries_running", "Attempts at deliveries, now.")
	descStored      = desc("durward_deliveries_waiting", "Deliveries that wait or run.")
	descStoredBytes = desc("durward_deliveries_waiting_bytes", "Size of the deliveries that wait or run.")
	descDeadLetters = desc("durward_dead_letters", "Dead letters.")
	descDeadBytes   = desc("durward_dead_letters_bytes", "Size of the dead letters.")

	descReplayed = desc("durward_idempotency_replays_total", "Execute calls that were answered with what was answered before, under the same idempotency key.")
	descEvicted  = desc("durward_idempotency_evictions_total", "Answers under idempotency keys that went before their time because a tenant has too many.")
)

// poolCollector reads the worker pool's figures when somebody asks for them.
type poolCollector struct{ pool *worker.Pool }

// Describe names nothing, because the reasons for which workers end and calls are refused show up with the first of each.
func (c poolCollector) Describe(chan<- *prometheus.Desc) {}

func (c poolCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.pool.Stats()
	sandbox := c.pool.Sandbox()
	ch <- prometheus.MustNewConstMetric(descStrict, prometheus.GaugeValue, number(sandbox.Level() == worker.LevelStrict))
	for _, layer := range sandbox.Layers {
		ch <- prometheus.MustNewConstMetric(descLayer, prometheus.GaugeValue, number(layer.On), layer.Name)
	}
	gauge(ch, descWorkers, s.Workers)
	gauge(ch, descSpares, s.Spares)
	gauge(ch, descTenants, s.Tenants)
	gauge(ch, descInflight, s.Inflight)
	gauge(ch, descWaiting, s.Waiting)
	counter(ch, descStarted, s.Started)
	counter(ch, descRetried, s.Retried)
	for reason, n := range s.Ended {
		ch <- prometheus.MustNewConstMetric(descEnded, prometheus.CounterValue, float64(n), reason)
	}
	for reason, n := range s.Busy {
		ch <- prometheus.MustNewConstMetric(descBusy, prometheus.CounterValue, float64(n), reason)
	}
}

// brokerCollector does the same for what actions send. Hosts are no label: tenants choose them.
type brokerCollector struct{ broker *host.Broker }

// Describe names nothing, because results show up with the first of each.
func (c brokerCollector) Describe(chan<- *prometheus.Desc) {}

func (c brokerCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.broker.Stats()
	for result, n := range s.Requests {
		ch <- prometheus.MustNewConstMetric(descOutbound, prometheus.CounterValue, float64(n), result)
	}
	gauge(ch, descOutgoing, s.UnderWay)
	gauge(ch, descConnPools, s.Pools)
}

// packageCollector does the same for what comes from the npm registry.
type packageCollector struct{ stats func() npm.Stats }

func (c packageCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

func (c packageCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.stats()
	counter(ch, descDownloads, s.Downloads)
	counter(ch, descDownloaded, s.Bytes)
	counter(ch, descNotDownloaded, s.Failed)
}

// recorderCollector does the same for the recorder of executions.
type recorderCollector struct{ recorder *audit.Recorder }

func (c recorderCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

func (c recorderCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.recorder.Stats()
	counter(ch, descAppended, s.Appended)
	counter(ch, descRecovered, s.Recovered)
	counter(ch, descFlushed, s.Flushed)
	counter(ch, descDropped, s.Dropped)
	counter(ch, descStripped, s.Stripped)
	counter(ch, descFlushErrors, s.FlushErrors)
	gauge(ch, descBuffered, s.Buffered)
	gauge(ch, descBytes, s.BufferedBytes)
}

// answersCollector does the same for answers under idempotency keys.
type answersCollector struct{ answers *idempotency.Answers }

func (c answersCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

func (c answersCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.answers.Stats()
	counter(ch, descReplayed, s.Replayed)
	counter(ch, descEvicted, s.Evicted)
}

// deliveriesCollector does the same for the calls of asynchronous triggers.
type deliveriesCollector struct{ queue *deliveries.Queue }

func (c deliveriesCollector) Describe(ch chan<- *prometheus.Desc) {
	prometheus.DescribeByCollect(c, ch)
}

func (c deliveriesCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.queue.Stats()
	counter(ch, descAccepted, s.Accepted)
	counter(ch, descRefused, s.Refused)
	counter(ch, descCompleted, s.Completed)
	counter(ch, descAgain, s.Retried)
	counter(ch, descDied, s.Died)
	counter(ch, descDeadDropped, s.Dropped)
	gauge(ch, descRunning, s.Running)
	stored, err := c.queue.Counts(context.Background())
	if err != nil { // then these are missing from the page
		return
	}
	gauge(ch, descStored, stored.Waiting)
	gauge(ch, descStoredBytes, stored.WaitingBytes)
	gauge(ch, descDeadLetters, stored.Dead)
	gauge(ch, descDeadBytes, stored.DeadBytes)
}

func gauge[T int | int64](ch chan<- prometheus.Metric, d *prometheus.Desc, value T) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value))
}

func counter(ch chan<- prometheus.Metric, d *prometheus.Desc, value uint64) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value))
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
