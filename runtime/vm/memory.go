package vm

import (
	"fmt"
	goruntime "runtime"
	"runtime/metrics"
)

// usage is what the Go runtime says about the memory of the process, in bytes.
type usage struct {
	allocated int64 // since the process began
	present   int64 // objects that are not swept yet, dead ones among them, and stacks
	live      int64 // objects that the last collection found alive, and stacks
	collected int64 // how many collections have ended
}

// memory knows what the process uses, and how much of that can be whose. The Go runtime does not know which value belongs to which execution, and so an execution is held to hold the least
// that it can: what is alive, without the most that anything else can have. It is never blamed for what others hold.
type memory struct {
	samples [5]metrics.Sample
	// seen is the reading at the end of the step before. What is allocated from there on counts for the next step: that is what reading a call takes.
	seen usage
	// floor is the most that can be alive of what belongs to no execution: what was there at the beginning, and programs.
	floor int64
	// waiting is what the executions that have begun and not ended have allocated, and those runtimes that were made ahead.
	waiting int64

	collecting bool  // a collection has been asked for,
	collected  int64 // when so many bytes had been allocated
}

func newMemory() memory {
	m := memory{samples: [...]metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}}
	m.seen = m.read()
	m.floor = m.seen.present
	return m
}

// read takes 0.4 µs.
func (m *memory) read() usage {
	metrics.Read(m.samples[:])
	value := func(i int) int64 { return int64(m.samples[i].Value.Uint64()) }
	stacks := value(3)
	return usage{allocated: value(0), present: value(1) + stacks, live: value(2) + stacks, collected: value(4)}
}

// begin notes what can be alive of others when x begins. What was allocated ahead for x is its own, as if it had begun with that.
func (m *memory) begin(x *Execution) {
	x.begunAt, x.notOwn = m.seen.allocated-x.allocated, min(m.seen.present, m.floor+m.waiting-x.allocated)
	x.collected = m.seen.collected
}

// end adds to x what it has allocated in a step.
func (m *memory) end(x *Execution) {
	now := m.read()
	used := now.allocated - m.seen.allocated
	m.seen = now
	x.allocated += used
	m.waiting += used
	if x.ended {
		m.waiting -= x.allocated
	}
}

// keep counts what has been allocated since the reading before as something that may stay, and that belongs to no execution.
func (m *memory) keep(before usage) (now usage) {
	now = m.read()
	m.floor += now.allocated - before.allocated
	return now
}

// holds is the least that x can hold while it computes, if so much is alive.
func (m *memory) holds(x *Execution, now usage, alive int64) int64 {
	own := x.allocated + now.allocated - m.seen.allocated
	others := now.allocated - x.begunAt - own
	return alive - x.notOwn - others
}

// watchMemory stops x if it holds more than its limit. What is only garbage costs a collection, and no more. The machine is locked.
func (m *Machine) watchMemory(x *Execution) {
	now, limit := m.memory.read(), int64(x.limits.Memory)
	switch {
	case x.surveyed(now) && m.memory.holds(x, now, now.live) > limit:
		m.stop(x, limitFailure(FailMemoryLimit, fmt.Sprintf("memory %d bytes", limit), fmt.Sprintf("the action holds more than %d bytes of values", limit), nil))
	case m.memory.holds(x, now, now.present) > limit && !m.memory.collecting && now.allocated-m.memory.collected > limit:
		m.memory.collecting, m.memory.collected = true, now.allocated
		go m.collect(x)
	}
}

// collect finds out what is alive, beside the execution whose memory is in question. The next look at it uses the answer.
func (m *Machine) collect(x *Execution) {
	goruntime.GC()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.collecting, x.looked = false, true
}

// surveyed says whether the last collection began after x did. One that ended before found alive what executions before x held, and one that was under way may have.
func (x *Execution) surveyed(now usage) bool { return x.looked || now.collected >= x.collected+2 }
