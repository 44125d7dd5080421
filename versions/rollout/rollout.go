// Package rollout brings a candidate revision of a flow to a growing part of the users, and takes it back when it does harm.
//
// A [Plan] says in which steps and within which guards. A [Rollout] is the small immutable document that the plan is carried out with: who is in which [Cohort], at which step, and how it
// ended. A [Counter] counts calls in memory; its deltas are summed into [Totals], from which the guards are judged by a sequential test. The package decides, and stores nothing; what a
// revision is belongs to package versions.
package rollout

import (
	"errors"
	"fmt"
	"time"
)

// State is how far a rollout is.
type State string

// The states. The last three are ends: a rollout that has ended never goes on.
const (
	Running    State = "running"
	Paused     State = "paused" // the share stays, and the guards watch
	Promoted   State = "promoted"
	Aborted    State = "aborted"     // by somebody
	RolledBack State = "rolled_back" // by a guard
)

// ErrState says that a rollout's state does not allow what was asked.
var ErrState = errors.New("the rollout's state does not allow it")

// Rollout is the state of one rollout. It is a value: what changes it returns another one.
type Rollout struct {
	Number    int   `json:"number"` // counts a flow's rollouts, from 1
	Stable    int   `json:"stable"` // revisions
	Candidate int   `json:"candidate"`
	Salt      Salt  `json:"salt"`
	Plan      Plan  `json:"plan"`
	State     State `json:"state"`
	Step      int   `json:"step"` // of the plan's steps, from 0
	// StepAt is when the step began. A pause moves it on by its length: paused time does not count.
	StepAt time.Time `json:"step_at"`
	// StepRuns is how many runs the candidate had when the step began.
	StepRuns  int64     `json:"step_runs"`
	PausedAt  time.Time `json:"paused_at,omitzero"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	Reason    string    `json:"reason,omitempty"` // why it was paused or ended
	// Breach is what ended a rollout that was rolled back.
	Breach *Breach `json:"breach,omitempty"`
}

// Start returns a rollout at the beginning of its plan, which must be checked.
func Start(number, stable, candidate int, plan Plan, now time.Time) Rollout {
	return Rollout{
		Number: number, Stable: stable, Candidate: candidate, Salt: NewSalt(), Plan: plan.withDefaults(), State: Running, StartedAt: now, StepAt: now,
	}
}

// Active says whether the rollout has not ended.
func (r *Rollout) Active() bool { return r.State == Running || r.State == Paused }

// Percent is the candidate's share now, 0 to 100.
func (r *Rollout) Percent() float64 {
	switch r.State {
	case Running, Paused:
		return r.Plan.Steps[r.Step].Percent
	case Promoted:
		return 100
	}
	return 0
}

// Pause keeps the rollout at its step.
func (r Rollout) Pause(reason string, now time.Time) (Rollout, error) {
	if r.State != Running {
		return r, fmt.Errorf("pause: it is %s: %w", r.State, ErrState)
	}
	r.State, r.Reason, r.PausedAt = Paused, reason, now
	return r, nil
}

// Resume goes on with what was left of the step's time.
func (r Rollout) Resume(now time.Time) (Rollout, error) {
	if r.State != Paused {
		return r, fmt.Errorf("resume: it is %s: %w", r.State, ErrState)
	}
	r.StepAt = r.StepAt.Add(now.Sub(r.PausedAt))
	r.State, r.Reason, r.PausedAt = Running, "", time.Time{}
	return r, nil
}

// Advance goes to the next step, or makes the candidate the stable revision after the last one. runs is how many the candidate has had so far.
func (r Rollout) Advance(runs int64, now time.Time) (Rollout, error) {
	if !r.Active() {
		return r, fmt.Errorf("promote: it is %s: %w", r.State, ErrState)
	}
	if r.Step == len(r.Plan.Steps)-1 {
		return r.End(Promoted, "", now)
	}
	r.Step++
	r.State, r.Reason, r.PausedAt, r.StepAt, r.StepRuns = Running, "", time.Time{}, now, runs
	return r, nil
}

// End ends the rollout.
func (r Rollout) End(state State, reason string, now time.Time) (Rollout, error) {
	if !r.Active() {
		return r, fmt.Errorf("it is %s already: %w", r.State, ErrState)
	}
	r.State, r.Reason, r.EndedAt, r.PausedAt = state, reason, now, time.Time{}
	return r, nil
}

// Due says whether the step is over: its time has passed, it has had its runs, and no guard that has seen enough stands above its bound. A guard that stands above it without being breached
// holds the step until one or the other is certain. A step with neither time nor runs waits for somebody to promote it.
func (r *Rollout) Due(t *Totals, now time.Time) bool {
	step := &r.Plan.Steps[r.Step]
	if r.State != Running || step.Seconds == 0 && step.MinRuns == 0 {
		return false
	}
	if now.Sub(r.StepAt) < step.Duration() || t.Candidate.Runs-r.StepRuns < step.MinRuns {
		return false
	}
	for _, v := range r.Judge(t) {
		if v.Standing != Within && (step.Percent > 0 || v.Standing != Waiting) {
			return false
		}
	}
	return true
}
