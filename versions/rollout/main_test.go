package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions/rollout"
)

var began = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

// figures are what a cohort's calls are like.
type figures struct {
	errors, blocks float64 // rates
	took           time.Duration
}

// world is a login system whose users sign in at a steady rate, second by second, and a rollout among them.
type world struct {
	t       testing.TB
	random  *rand.Rand
	rollout rollout.Rollout
	counter rollout.Counter
	totals  rollout.Totals
	now     time.Time
	users   int
	runs    int // so far
	met     int // of the candidate
	harmed  map[int]bool
}

func newWorld(t testing.TB, seed uint64, users int, plan rollout.Plan) *world {
	t.Helper()
	require.NoError(t, plan.Check())
	w := &world{t: t, random: rand.New(rand.NewPCG(seed, 7)), rollout: rollout.Start(1, 3, 4, plan, began), now: began, users: users, harmed: map[int]bool{}}
	for i := range w.rollout.Salt {
		w.rollout.Salt[i] = byte(w.random.Uint32())
	}
	return w
}

func (w *world) draw(of figures) rollout.Call {
	return rollout.Call{
		First: true, Failed: w.random.Float64() < of.errors, Blocked: w.random.Float64() < of.blocks, Took: time.Duration(w.random.ExpFloat64() * float64(of.took)),
	}
}

func (w *world) signIn(user int, stable, candidate figures) {
	w.runs++
	place := w.rollout.Salt.Place(rollout.SubjectOf(fmt.Sprint("user-", user), "", "", ""))
	if !w.rollout.Active() {
		return
	}
	of, cohort := stable, place.Cohort(w.rollout.Percent())
	if cohort == rollout.Candidate {
		of = candidate
		w.met++
	}
	call := w.draw(of)
	call.Cohort, call.Place, call.Run = cohort, place, fmt.Sprint("run-", w.runs)
	if cohort == rollout.Candidate && (call.Failed || call.Blocked) {
		w.harmed[user] = true
	}
	w.counter.Count(&call, w.now)
}

// second lets a second pass, as the server does: what was counted is added up, the guards are asked, and a step that is over gives way to the next.
func (w *world) second(rate float64, stable, candidate figures) {
	n := int(rate)
	if w.random.Float64() < rate-float64(n) {
		n++
	}
	for range n {
		w.signIn(w.random.IntN(w.users), stable, candidate)
	}
	w.tick()
}

func (w *world) tick() {
	w.now = w.now.Add(time.Second)
	if !w.rollout.Active() {
		return
	}
	d := w.counter.Take()
	w.totals.Add(&w.rollout, &d)
	var err error
	if breach := w.rollout.FirstBreach(&w.totals); breach != nil {
		w.rollout, err = w.rollout.End(rollout.RolledBack, breach.Guard.String(), w.now)
		w.rollout.Breach = breach
	} else if w.rollout.Due(&w.totals, w.now) {
		w.rollout, err = w.rollout.Advance(w.totals.Candidate.Runs, w.now)
	}
	require.NoError(w.t, err)
}
