package vm

import (
	"container/heap"
	"fmt"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// timers are the pending timers of one execution, the next one first.
type timers struct {
	queue timerQueue
	byID  map[int64]*timer
	last  int64
}

type timer struct {
	id       int64
	at       time.Time
	every    time.Duration // of an interval; zero for a timeout
	callback goja.Callable
	args     []goja.Value
	index    int // in the queue
}

func (t *timers) next() (time.Time, bool) {
	if len(t.queue) == 0 {
		return time.Time{}, false
	}
	return t.queue[0].at, true
}

func (t *timers) add(entry *timer) int64 {
	if t.byID == nil {
		t.byID = map[int64]*timer{}
	}
	t.last++
	entry.id = t.last
	t.byID[entry.id] = entry
	heap.Push(&t.queue, entry)
	return entry.id
}

func (t *timers) remove(id int64) {
	if entry, ok := t.byID[id]; ok {
		delete(t.byID, id)
		heap.Remove(&t.queue, entry.index)
	}
}

// due takes the next timer that is due out of the queue, or puts an interval back in for its next time.
func (t *timers) due(now time.Time) *timer {
	if len(t.queue) == 0 || now.Before(t.queue[0].at) {
		return nil
	}
	entry := t.queue[0]
	if entry.every > 0 {
		entry.at = now.Add(entry.every)
		heap.Fix(&t.queue, 0)
	} else {
		t.remove(entry.id)
	}
	return entry
}

// runTimers runs the callbacks that were due when it began; what they schedule has its turn later.
func (x *Execution) runTimers() {
	now := time.Now()
	for range len(x.timers.queue) {
		entry := x.timers.due(now)
		if entry == nil || x.ended {
			return
		}
		if _, err := entry.callback(goja.Undefined(), entry.args...); err != nil {
			x.fail(x.failed(FailThrown, err))
			return
		}
		if x.promise.State() != goja.PromiseStatePending {
			return
		}
	}
}

// The shortest delay of an interval and the longest of any timer; browsers and Node have such bounds too.
const (
	minInterval = time.Millisecond
	maxDelay    = 1<<31 - 1 // milliseconds
)

func (x *Execution) schedule(call goja.FunctionCall, repeat bool) goja.Value {
	callback, ok := goja.AssertFunction(call.Argument(0))
	if !ok {
		panic(x.rt.NewTypeError("the first argument must be a function"))
	}
	x.needTimer()
	ms := call.Argument(1).ToFloat()
	if !(ms > 0) || ms > maxDelay { // also when it is no number
		ms = 0
	}
	entry := &timer{callback: callback}
	delay := time.Duration(ms * float64(time.Millisecond))
	if repeat {
		delay = max(delay, minInterval)
		entry.every = delay
	}
	entry.at = time.Now().Add(delay)
	if len(call.Arguments) > 2 {
		entry.args = slices.Clone(call.Arguments[2:]) // they stand on goja's stack
	}
	return x.rt.ToValue(x.timers.add(entry))
}

// needTimer ends the execution if no further timer may be pending.
func (x *Execution) needTimer() {
	x.notAhead()
	if len(x.timers.queue) >= x.limits.Timers {
		x.exceeded(limitFailure(FailPendingLimit, fmt.Sprintf("timers %d", x.limits.Timers), fmt.Sprintf("more than %d timers are pending", x.limits.Timers), nil))
	}
}

type timerQueue []*timer

func (q timerQueue) Len() int { return len(q) }
func (q timerQueue) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].id < q[j].id
	}
	return q[i].at.Before(q[j].at)
}

func (q timerQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *timerQueue) Push(entry any) {
	t := entry.(*timer)
	t.index = len(*q)
	*q = append(*q, t)
}

func (q *timerQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return last
}
