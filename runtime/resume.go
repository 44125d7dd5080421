package runtime

import "github.com/durward/durward/catalog/contract"

// Steps is a set of steps of a chain, by their place. It has room for 32, and a list of a flow has at most 20.
type Steps uint32

func only(i int) Steps { return 1 << i }

// from are the steps at i and behind it.
func from(i int) Steps { return ^Steps(0) << i }

func (s Steps) has(i int) bool { return s&only(i) != 0 }

// Resumption is where a chain goes on that has sent the user away.
type Resumption struct {
	// Asked are the steps that go on with their function resume: the one that redirected, or those that demanded a factor.
	Asked Steps
	// Pending are the steps that have not run. Those that are neither asked nor pending are over.
	Pending Steps
	// Demand is what steps before a redirect have demanded. The caller does not know of it yet, because the redirect came first.
	Demand Demand
}

// Demand is a demand for a factor.
type Demand struct {
	By      Steps // nobody: there is no demand
	Factors []string
	Enrol   bool
}

// progress keeps account of a chain while it runs.
type progress struct {
	resume *Resumption // nil: the chain begins
	demand Demand
}

func begin(call *Call) (progress, Outcome) {
	p, outcome := progress{resume: call.Resume}, Outcome{Kind: contract.Continue}
	if p.resume != nil && p.resume.Demand.By != 0 {
		p.demand = p.resume.Demand
		outcome.merge(&Outcome{Kind: contract.DemandMFA, Factors: p.demand.Factors, Enrol: p.demand.Enrol})
	}
	return p, outcome
}

// entry is the function of a step that runs now; empty if none does.
func (p *progress) entry(i int) string {
	switch {
	case p.resume == nil, p.resume.Pending.has(i):
		return entryExecute
	case p.resume.Asked.has(i):
		return entryResume
	}
	return ""
}

// note takes in what a step answered, with what the chain amounts to then.
func (p *progress) note(i int, kind contract.Kind, sum *Outcome) {
	if kind == contract.DemandMFA {
		p.demand.By |= only(i)
		p.demand.Factors, p.demand.Enrol = sum.Factors, sum.Enrol
	}
}

// end says where the chain goes on that has ended at the step i with what it amounts to.
func (p *progress) end(i int, kind contract.Kind) *Resumption {
	switch kind {
	case contract.Redirect:
		r := &Resumption{Asked: only(i), Pending: from(i + 1), Demand: p.demand}
		if p.resume != nil {
			r.Asked |= p.resume.Asked & from(i+1)
			r.Pending &= p.resume.Pending
		}
		return r
	case contract.DemandMFA:
		return &Resumption{Asked: p.demand.By}
	}
	return nil
}
