package api

import "time"

// NewRollout is the body of POST /v1/tenants/{tenant}/flows/{flow}/rollout.
type NewRollout struct {
	Base      int             `json:"base" doc:"The live revision that the candidate was made from; 409 if it is no longer the live one."`
	Candidate int             `json:"candidate,omitzero" doc:"A stored revision to roll out. Absent: slots are saved as a new one."`
	Slots     map[string]Slot `json:"slots,omitempty" doc:"What runs in the candidate, by slot: all of it, also what stays as it was."`
	Message   string          `json:"message,omitempty" doc:"What is new."`
	RolloutPlan
}

// RolloutPlan says how a candidate is brought in.
type RolloutPlan struct {
	Steps     []RolloutStep  `json:"steps" doc:"The shares, each larger than the one before, at most 20. After the last step the candidate is live for everybody."`
	Guards    []RolloutGuard `json:"guards,omitempty" doc:"The bounds that the candidate must keep to, at most 10."`
	MinSample int64          `json:"min_sample,omitzero" doc:"How many calls of a cohort a guard needs before it says anything. Default: 50."`
	Notify    string         `json:"notify,omitempty" doc:"A URL that gets a signed POST when a guard takes the candidate back. The tenant's egress policy must allow it."`
}

// RolloutStep is a share of the users, and how long they must have had the candidate.
type RolloutStep struct {
	Percent         float64 `json:"percent" doc:"The share, 0 to 100. At 0 only runs that are sent there by a pass have the candidate."`
	DurationSeconds int     `json:"duration_seconds,omitzero" doc:"How long the step lasts at least."`
	MinRuns         int64   `json:"min_runs,omitzero" doc:"How many runs must have begun with the candidate during the step. A step with neither this nor a duration waits until it is promoted."`
}

// RolloutGuard is a bound for the candidate. It has either max or max_ratio.
type RolloutGuard struct {
	Metric   string  `json:"metric" enum:"metric" doc:"What is watched: a part of the calls, or the 95th percentile of their durations in milliseconds."`
	Max      float64 `json:"max,omitzero" doc:"An absolute bound: a part from 0.0001 to 0.9999, or milliseconds. It counts only where stable keeps to it."`
	MaxRatio float64 `json:"max_ratio,omitzero" doc:"A bound relative to stable: this many times what stable has, from 1 to 1000."`
}

// Rollout is how a flow's last rollout does, or did.
type Rollout struct {
	Number    int        `json:"number" doc:"Counts the flow's rollouts, from 1."`
	State     string     `json:"state" enum:"rollout_state" doc:"How far it is."`
	Stable    int        `json:"stable" doc:"The revision that was live when it began."`
	Candidate int        `json:"candidate" doc:"The revision that is rolled out."`
	Percent   float64    `json:"percent" doc:"The candidate's share of the users now."`
	Step      int        `json:"step" doc:"The step of the plan, from 1."`
	StepAt    time.Time  `json:"step_at" doc:"When the step began, moved on by the time for which it was paused."`
	StartedAt time.Time  `json:"started_at" doc:"When it began."`
	PausedAt  *time.Time `json:"paused_at,omitempty" doc:"Since when it is paused."`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"When it ended."`
	Reason    string     `json:"reason,omitempty" doc:"Why it was paused or ended."`
	RolloutPlan

	Figures  RolloutFigures `json:"figures" doc:"What the calls of the two cohorts came to, some seconds ago."`
	Verdicts []GuardVerdict `json:"verdicts,omitempty" doc:"What each guard says, in their order."`
	Breach   *RolloutBreach `json:"breach,omitempty" doc:"What took the candidate back."`
	Notice   *RolloutNotice `json:"notice,omitempty" doc:"How the notification does."`
}

// RolloutFigures are those of the cohorts.
type RolloutFigures struct {
	Stable    CohortFigures `json:"stable" doc:"Of those who have the stable revision."`
	Candidate CohortFigures `json:"candidate" doc:"Of those who have the candidate."`
}

// CohortFigures are what a cohort's calls came to.
type CohortFigures struct {
	Runs         int64   `json:"runs" doc:"Runs that began."`
	Calls        int64   `json:"calls" doc:"Calls that the rates are of."`
	Left         int64   `json:"left,omitzero" doc:"Calls that are left out, because their user, device or address had too many."`
	ErrorRate    float64 `json:"error_rate" doc:"The part in which an action failed, or that had no answer."`
	BlockRate    float64 `json:"block_rate" doc:"The part that was answered with block."`
	MFARate      float64 `json:"mfa_rate" doc:"The part that was answered with demand_mfa."`
	RedirectRate float64 `json:"redirect_rate" doc:"The part that was answered with redirect."`
	P95MS        float64 `json:"p95_ms" doc:"The 95th percentile of the durations in milliseconds, at most an eighth too high."`
}

// GuardVerdict is what a guard says.
type GuardVerdict struct {
	RolloutGuard
	Standing  string  `json:"standing" enum:"standing" doc:"waiting: too few calls; within: the candidate keeps to the bound; above: it may be chance; breached: it is none."`
	Stable    float64 `json:"stable" doc:"The metric of stable."`
	Candidate float64 `json:"candidate" doc:"The metric of the candidate."`
}

// RolloutBreach is why a guard took the candidate back.
type RolloutBreach struct {
	GuardVerdict
	StableCalls    int64    `json:"stable_calls" doc:"How many calls of stable the figures are of."`
	CandidateCalls int64    `json:"candidate_calls" doc:"How many calls of the candidate they are of."`
	Runs           []string `json:"runs,omitempty" doc:"Ids of some of the candidate's runs that the metric counts: the audit of executions finds them."`
}

// RolloutNotice is the notification of a breach.
type RolloutNotice struct {
	URL      string     `json:"url" doc:"Where it goes."`
	Attempts int        `json:"attempts" doc:"How often it was sent."`
	SentAt   *time.Time `json:"sent_at,omitempty" doc:"When the target took it."`
	NextAt   *time.Time `json:"next_at,omitempty" doc:"When it is sent again."`
	Error    string     `json:"error,omitempty" doc:"Why the target did not take it."`
}

// StartedRollout is the answer to NewRollout.
type StartedRollout struct {
	Rollout
	Warnings []Warning `json:"warnings,omitempty" doc:"What may surprise."`
}

// Promotion is the body of POST /v1/tenants/{tenant}/flows/{flow}/rollout/promote.
type Promotion struct {
	All bool `json:"all,omitzero" doc:"Make the candidate live for everybody now. Default: go to the next step."`
}

// Reason is a body that says why something is done.
type Reason struct {
	Reason string `json:"reason,omitempty" doc:"Why, for the audit."`
}

// Abortion is the body of POST /v1/tenants/{tenant}/flows/{flow}/rollout/abort.
type Abortion struct {
	Reason
	Recall bool `json:"recall,omitzero" doc:"Recall the candidate too: runs that have it go on with the live revision. Default: they keep it."`
}

// RollBack is the body of POST /v1/tenants/{tenant}/flows/{flow}/rollback.
type RollBack struct {
	Reason
	To int `json:"to,omitzero" doc:"The revision whose content is to be live again. Default: the one that was live before; during a rollout, the stable one."`
}

// NewPass is the body of POST /v1/tenants/{tenant}/flows/{flow}/rollout/passes.
type NewPass struct {
	Cohort           string `json:"cohort" enum:"cohort" doc:"The cohort to send runs to."`
	ExpiresInSeconds int    `json:"expires_in_seconds,omitzero" doc:"How long the pass is valid, at most a day. Default: 3600."`
}

// Pass sends runs to a cohort.
type Pass struct {
	Header    string    `json:"header" doc:"The name of the header to send with the first call of a run."`
	Value     string    `json:"value" doc:"The header's value."`
	ExpiresAt time.Time `json:"expires_at" doc:"Until when it is valid. It ends with the rollout, too."`
}

// Freezes is the body of PUT /v1/tenants/{tenant}/flows/{flow}/freezes, and of PUT /v1/tenants/{tenant}/freezes for all flows.
type Freezes struct {
	Freezes []Freeze `json:"freezes" doc:"All times in which nothing new may go live, at most 50; they replace those that were there."`
}

// Freeze is a time in which nothing new goes live.
type Freeze struct {
	From   time.Time `json:"from" doc:"When it begins."`
	To     time.Time `json:"to" doc:"When it ends."`
	Reason string    `json:"reason,omitempty" doc:"Why."`
}

// Recall is what took a version or a revision out of use.
type Recall struct {
	At     time.Time `json:"at" doc:"When."`
	By     Actor     `json:"by" doc:"Who did it."`
	Reason string    `json:"reason,omitempty" doc:"Why."`
}

// VersionRecall is the body of POST /v1/tenants/{tenant}/actions/{action}/versions/{version}/recall.
type VersionRecall struct {
	Reason
	Dependents bool `json:"dependents,omitzero" doc:"For a shared module: recall all versions that have it in them, too. Default: they stay as they are."`
}

// RecalledVersion is the answer to VersionRecall.
type RecalledVersion struct {
	VersionInfo
	Dependents []Dependent `json:"dependents,omitempty" doc:"For a shared module: the versions that have it in them; recalled if that was asked for."`
}

// RunKeyRotation is the body of POST /v1/system/run-keys.
type RunKeyRotation struct {
	Revoke bool `json:"revoke,omitzero" doc:"Remove all other keys: every run that was begun is invalid then. Default: they stay valid for as long as runs do."`
}

// RunKey is a key that seals runs, without its secret.
type RunKey struct {
	ID        int       `json:"id" doc:"Counts the keys."`
	CreatedAt time.Time `json:"created_at" doc:"When it was made. It seals from a minute later on, or at once if the others were revoked."`
}
