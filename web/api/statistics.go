package api

import "time"

// Statistics is how calls or executions went over time.
type Statistics struct {
	From        time.Time `json:"from" doc:"The beginning of the first point."`
	To          time.Time `json:"to" doc:"The end of the last point."`
	StepSeconds int64     `json:"step_seconds" doc:"Seconds from one point to the next."`
	Items       []Course  `json:"items" doc:"What was told apart, by name."`
}

// Course is how one action, version, flow, slot or revision went.
type Course struct {
	Flow     string  `json:"flow,omitempty" doc:"The flow, if these are calls."`
	Slot     string  `json:"slot,omitempty" doc:"The slot, if they are told apart by it."`
	Revision int     `json:"revision,omitzero" doc:"The revision that decided, if they are told apart by it."`
	Action   string  `json:"action,omitempty" doc:"The action, if these are executions."`
	Version  string  `json:"version,omitempty" doc:"The version, if they are told apart by it."`
	Total    Figures `json:"total" doc:"All points together."`
	Points   []Point `json:"points" doc:"In order; those in which nothing happened are left out."`
}

// Point is what happened during one step.
type Point struct {
	Time time.Time `json:"time" doc:"When the step begins."`
	Figures
}

// Figures are what calls or executions came to.
type Figures struct {
	Count    int64 `json:"count" doc:"How many there were."`
	Continue int64 `json:"continue" doc:"How many answered continue."`
	MFA      int64 `json:"demand_mfa" doc:"How many answered demand_mfa."`
	Redirect int64 `json:"redirect" doc:"How many answered redirect."`
	Block    int64 `json:"block" doc:"How many answered block."`
	None     int64 `json:"none" doc:"Calls: how many got no answer."`
	Failed   int64 `json:"failed" doc:"How many executions failed, or calls in which one did."`
	P50US    int64 `json:"p50_us" doc:"The median of the durations in microseconds, at most an eighth too high."`
	P95US    int64 `json:"p95_us" doc:"Their 95th percentile."`
}
