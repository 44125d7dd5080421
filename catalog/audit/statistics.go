package audit

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"
)

// Grouping says how far figures are told apart.
type Grouping string

// The groupings: the first two are of executions, the others of calls.
const (
	ByAction   Grouping = "action"
	ByVersion  Grouping = "version"
	ByFlow     Grouping = "flow"
	BySlot     Grouping = "slot"
	ByRevision Grouping = "revision"
)

// Groupings lists them.
func Groupings() []Grouping { return []Grouping{ByAction, ByVersion, ByFlow, BySlot, ByRevision} }

// Calls says whether the figures are those of calls, and not of executions.
func (g Grouping) Calls() bool { return g != ByAction && g != ByVersion }

// of leaves of a series what the grouping tells apart.
func (g Grouping) of(s Series) Series {
	switch g {
	case ByAction:
		s.Version = ""
	case ByFlow:
		s.Slot, s.Revision = "", 0
	case BySlot:
		s.Revision = 0
	case ByRevision:
		s.Slot = ""
	}
	return s
}

// Question asks for figures over time.
type Question struct {
	By Grouping
	// Flow picks among calls, Action among executions; empty for all.
	Flow, Action string
	// From and To bound the intervals by their beginning: at or after From, before To. They and Step are multiples of [Interval].
	From, To time.Time
	// Step is how long each point is.
	Step time.Duration
}

// Wants is false for a day (as 2006-01-02) of which nothing is asked.
func (q *Question) Wants(day string) bool {
	return day >= Day(q.From) && day <= Day(q.To)
}

// MaxPoints is the most points that an answer may have.
const MaxPoints = 20_000

// ErrTooManyPoints says that an answer would have more.
var ErrTooManyPoints = errors.New("the answer would have too many points")

// Point is what happened from a time on, for the step that was asked for.
type Point struct {
	Time    time.Time
	Figures Figures
}

// Course is how one series went: the points at which there is anything, in order, and all of them together.
type Course struct {
	Series Series
	Points []Point
	Total  Figures
}

// Statistics adds up the figures that answer a question. A store feeds it what it has. It is not safe for concurrent use.
type Statistics struct {
	question Question
	courses  map[Series]map[time.Time]*Figures
	points   int
}

// NewStatistics returns the empty answer.
func NewStatistics(q Question) *Statistics {
	return &Statistics{question: q, courses: make(map[Series]map[time.Time]*Figures)}
}

// Add takes the figures of one series and interval, as they are stored; what was not asked for is passed over. The error is [ErrFigures] or [ErrTooManyPoints].
func (s *Statistics) Add(of Series, at time.Time, stored []byte) error {
	q := &s.question
	if at.Before(q.From) || !at.Before(q.To) || q.Flow != "" && q.Flow != of.Flow || q.Action != "" && q.Action != of.Action {
		return nil
	}
	figures, err := ParseFigures(stored)
	if err != nil {
		return err
	}
	series := q.By.of(of)
	course := s.courses[series]
	if course == nil {
		course = make(map[time.Time]*Figures)
		s.courses[series] = course
	}
	step := q.From.Add(at.Sub(q.From).Truncate(q.Step))
	if point := course[step]; point != nil {
		point.Add(&figures)
		return nil
	}
	if s.points++; s.points > MaxPoints {
		return ErrTooManyPoints
	}
	course[step] = &figures
	return nil
}

// Courses returns the answer, in the order of names.
func (s *Statistics) Courses() []Course {
	list := make([]Course, 0, len(s.courses))
	for series, points := range s.courses {
		course := Course{Series: series}
		for _, at := range slices.SortedFunc(maps.Keys(points), time.Time.Compare) {
			course.Points = append(course.Points, Point{Time: at, Figures: *points[at]})
			course.Total.Add(points[at])
		}
		list = append(list, course)
	}
	slices.SortFunc(list, func(a, b Course) int {
		return cmp.Or(a.Series.compare(b.Series), cmp.Compare(a.Series.Revision, b.Series.Revision))
	})
	return list
}
