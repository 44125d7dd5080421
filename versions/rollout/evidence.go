package rollout

import (
	"math"
	"slices"
)

// A guard is judged by e-values (Grünwald, de Heide, Koolen: Safe Testing; Robbins' mixture of likelihood ratios): while the candidate keeps to the bound, the likelihood ratio of "worse by
// a factor" to "at the bound" is a supermartingale whenever one looks, so it ever reaches 1/α with a probability of at most α (Ville's inequality). That is what allows looking every second
// and stopping at once.
//
// Both cohorts are compared within one batch at a time, so that neither a wave of attacks, which hits both, nor a change of the share is evidence against the candidate. Relative to stable:
// if the candidate's rate is at most r times stable's, then of the events of n candidate and m stable calls each is the candidate's with odds of at most r·n to m, whatever the rates are at
// that time. Absolute: a batch in which stable itself is above the bound says nothing about the candidate and is left out, which does not depend on what the candidate's calls came to.

// factors are how much worse the candidate may be in the mixture of alternatives.
var factors = [...]float64{1.2, 1.5, 2, 3, 5, 10, 30}

// falseAlarm is α: how likely a candidate that keeps to all its bounds is rolled back at any time of its rollout.
const falseAlarm = 0.01

// Evidence is the logarithm of the likelihood ratio for each of the factors.
type Evidence [len(factors)]float64

// absolute adds calls and the events among them against a bound.
func (e *Evidence) absolute(bound float64, events, calls int64) {
	for i, f := range factors {
		worse := bound * f / (1 - bound + bound*f) // the odds are f times as high
		e[i] += float64(events)*math.Log(worse/bound) + float64(calls-events)*math.Log((1-worse)/(1-bound))
	}
}

// relative adds the events of a batch of candidate and stable calls.
func (e *Evidence) relative(ratio float64, candidateEvents, candidateCalls, stableEvents, stableCalls int64) {
	odds := ratio * float64(candidateCalls) / float64(stableCalls)
	for i, f := range factors {
		// Of an event's belonging to the candidate: worse/(1+worse), to fair/(1+fair).
		shared := math.Log((1 + odds) / (1 + odds*f))
		e[i] += float64(candidateEvents)*(math.Log(f)+shared) + float64(stableEvents)*shared
	}
}

// log is the logarithm of the mixture, all factors alike.
func (e *Evidence) log() float64 {
	most := slices.Max(e[:])
	sum := 0.0
	for _, l := range e {
		sum += math.Exp(l - most)
	}
	return most + math.Log(sum/float64(len(e)))
}

// Watch is the evidence against one guard, over the whole rollout and over the current stretch of it. Only the whole finds a small excess; only a stretch finds quickly what went wrong
// after hours in which all was well. Each has half of the false alarms; those of the stretches are shared out as 1/(k(k+1)), whose sum is 1.
type Watch struct {
	Whole   Evidence `json:"whole"`
	Stretch Evidence `json:"stretch"`
	Calls   int64    `json:"calls"`     // of the candidate in the stretch
	Number  int      `json:"stretches"` // that have ended
	// Broken says that the evidence was enough once: it does not go away.
	Broken bool `json:"broken,omitempty"`
}

const stretchCalls = 1000

// look notes what is certain by now, and begins a new stretch when this one is long enough. guards is how many share the false alarms.
func (w *Watch) look(guards int) {
	whole := math.Log(2 * float64(guards) / falseAlarm)
	k := float64(w.Number + 1)
	w.Broken = w.Broken || w.Whole.log() >= whole || w.Stretch.log() >= whole+math.Log(k*(k+1))
	if w.Calls >= stretchCalls {
		w.Stretch, w.Calls = Evidence{}, 0
		w.Number++
	}
}
