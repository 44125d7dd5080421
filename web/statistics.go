package web

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/web/api"
)

// statistics answers how things went.
func (s *Server) statistics(r *request) (any, error) {
	q, err := r.question(time.Now())
	if err != nil {
		return nil, err
	}
	// The figures do not know which tenants there are.
	if _, err := s.config.Catalog.Tenant(r.context(), r.tenant); err != nil {
		return nil, err
	}
	courses, err := s.config.Recorder.Statistics(r.context(), string(r.tenant), q)
	if errors.Is(err, audit.ErrTooManyPoints) {
		return nil, fieldError("?step", "the answer would have more than "+strconv.Itoa(audit.MaxPoints)+" points: ask for longer steps, a shorter time, or one flow or action")
	}
	return api.Statistics{From: q.From, To: q.To, StepSeconds: int64(q.Step / time.Second), Items: each(courses, courseOf)}, err
}

// usualPoints is how many points an answer has at most if nothing is said.
const usualPoints = 288

// question reads what is asked for.
func (r *request) question(now time.Time) (audit.Question, error) {
	q := audit.Question{By: audit.Grouping(r.QueryParam("by")), Flow: r.QueryParam("flow"), Action: r.QueryParam("action")}
	switch {
	case q.By == "":
		q.By = audit.ByFlow
	case !slices.Contains(audit.Groupings(), q.By):
		return q, fieldError("?by", "it must be action, version, flow, slot or revision")
	}
	if q.By.Calls() && q.Action != "" {
		return q, fieldError("?action", "calls are not told apart by action: ask by action or by version")
	}
	if !q.By.Calls() && q.Flow != "" {
		return q, fieldError("?flow", "executions are not told apart by flow: ask by flow, slot or revision")
	}
	var err error
	if q.To, err = r.time("to"); err != nil {
		return q, err
	}
	if q.From, err = r.time("from"); err != nil {
		return q, err
	}
	if q.To.IsZero() {
		q.To = now
	}
	q.To = q.To.UTC().Add(audit.Interval - 1).Truncate(audit.Interval)
	if q.From.IsZero() {
		q.From = q.To.AddDate(0, 0, -1)
	}
	if q.From = q.From.UTC().Truncate(audit.Interval); !q.From.Before(q.To) {
		return q, fieldError("?from", "it must be before the end")
	}
	q.Step, err = r.step(q.To.Sub(q.From))
	return q, err
}

// step reads how long each point is to be.
func (r *request) step(span time.Duration) (time.Duration, error) {
	text := r.QueryParam("step")
	if text == "" {
		perPoint := (span + usualPoints - 1) / usualPoints
		return (perPoint + audit.Interval - 1).Truncate(audit.Interval), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 32)
	step := time.Duration(seconds) * time.Second
	if err != nil || step <= 0 || step%audit.Interval != 0 {
		return 0, fieldError("?step", "it must be a number of seconds that is a multiple of 300")
	}
	return step, nil
}

func courseOf(c audit.Course) api.Course {
	return api.Course{
		Flow: c.Series.Flow, Slot: c.Series.Slot, Revision: c.Series.Revision, Action: c.Series.Action, Version: c.Series.Version,
		Total:  countsOf(c.Total),
		Points: each(c.Points, func(p audit.Point) api.Point { return api.Point{Time: p.Time, Figures: countsOf(p.Figures)} }),
	}
}

func countsOf(f audit.Figures) api.Figures {
	return api.Figures{
		Count: f.Count, Continue: f.Continue, MFA: f.MFA, Redirect: f.Redirect, Block: f.Block, None: f.None, Failed: f.Failed,
		P50US: f.Durations.Quantile(0.5).Microseconds(), P95US: f.Durations.Quantile(0.95).Microseconds(),
	}
}
