package versions

import (
	"context"
	"fmt"
	"time"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/versions/rollout"
)

// leg is one call's part of a run, with the revision that it has.
type leg struct {
	run      Run
	revision *Resolved
	first    bool  // the run begins with it
	recalled int   // the revision that the run was sealed to, if that was recalled
	mark     *mark // where the run goes on that was sent away; nil if it was not
}

// leg opens the run that the call belongs to, or starts one.
func (x *Executor) leg(ctx context.Context, ref FlowRef, current *Current, event *contract.Call, pass string, now time.Time) (leg, error) {
	if event.Run == "" {
		return x.start(ref, current, event, pass, now)
	}
	run, err := x.Sealer.Open(event.Run, ref, now)
	if err != nil {
		return leg{}, err
	}
	revision, err := x.Live.Revision(ctx, ref, run.Revision)
	switch {
	case notFound(err): // as after a restore of a backup that is older than the run
		return leg{}, fmt.Errorf("%w: its revision does not exist", ErrInvalidRun)
	case err != nil:
		return leg{}, err
	}
	return current.goOn(run, revision), nil
}

// goOn is the next leg of a run that has a revision: on that, or on the live one if it was recalled.
func (c *Current) goOn(run Run, revision *Resolved) leg {
	if !revision.Recalled || revision.Revision == c.Revision {
		return leg{run: run, revision: revision}
	}
	l := leg{run: run, revision: c.Resolved, recalled: run.Revision}
	l.run.Revision, l.run.Cohort, l.run.Rollout = c.Revision, rollout.None, 0 // what has met both counts for neither
	return l
}

func (x *Executor) start(ref FlowRef, current *Current, event *contract.Call, pass string, now time.Time) (leg, error) {
	run, err := x.Sealer.Start(ref, current.Revision, now)
	if err != nil {
		return leg{}, err
	}
	l := leg{run: run, revision: current.Resolved, first: true}
	switch {
	case pass != "":
		number := 0
		if current.Rollout != nil {
			number = current.Rollout.Number
		}
		if l.run.Cohort, err = x.Sealer.OpenPass(pass, ref, number, now); err != nil {
			return leg{}, err
		}
		l.run.Cohort, l.revision = current.in(l.run.Cohort)
		l.run.Forced = true
	case current.Rollout != nil:
		l.run.Cohort, l.revision = current.Cohort(subject(event, &l.run))
	}
	if current.Rollout != nil {
		l.run.Rollout = current.Rollout.Number
	}
	l.run.Revision = l.revision.Revision
	return l, nil
}

// subject is whom a run is about. A run of nobody known is its own subject, which only the first call asks for.
func subject(event *contract.Call, run *Run) rollout.Subject {
	if event.UserID != "" || event.DeviceID != "" || event.IP != "" {
		return rollout.SubjectOf(event.UserID, event.DeviceID, event.IP, "")
	}
	return rollout.SubjectOf("", "", "", run.ID.String())
}

// count counts the call for the rollout that its run belongs to, unless somebody has sent it to its cohort.
func (x *Executor) count(current *Current, l *leg, event *contract.Call, answer *runtime.Answer, err error, began time.Time) {
	r := current.Rollout
	if r == nil || l.run.Rollout != r.Number || l.run.Cohort == rollout.None || l.run.Forced {
		return
	}
	now := x.now()
	call := rollout.Call{
		Cohort: l.run.Cohort, Place: r.Salt.Place(subject(event, &l.run)), Run: l.run.ID.String(), First: l.first, Took: now.Sub(began), Failed: err != nil,
	}
	for i := range answer.Executions {
		call.Failed = call.Failed || answer.Executions[i].Result.Failure != nil
	}
	if err == nil {
		kind := answer.Outcome.Kind
		call.Blocked, call.MFA, call.Redirected = kind == contract.Block, kind == contract.DemandMFA, kind == contract.Redirect
	}
	current.Counter.Count(&call, now)
}
