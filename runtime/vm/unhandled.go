package vm

import (
	"slices"

	"github.com/dop251/goja"
)

// maxUnhandled is how many promises are noted at a time.
const maxUnhandled = 8

// trackRejection notes a promise that is rejected while nothing handles it, and forgets it once something does.
func (x *Execution) trackRejection(p *goja.Promise, operation goja.PromiseRejectionOperation) {
	switch {
	case operation == goja.PromiseRejectionHandle:
		x.unhandled = slices.DeleteFunc(x.unhandled, func(other *goja.Promise) bool { return other == p })
	case len(x.unhandled) < maxUnhandled:
		x.unhandled = append(x.unhandled, p)
	}
}

// warnOfUnhandled tells in the log of rejections that nothing has handled when the action ends: mostly an await is missing. They are no failure, because the action has given its answer.
// The error is a limit that was passed while they were shown, which runs the action's code.
func (x *Execution) warnOfUnhandled() error {
	for _, p := range x.unhandled {
		err := x.guard(func() {
			x.log("warn", []goja.Value{x.rt.ToValue("nothing handles a rejected promise; is an await missing?"), p.Result()})
		})
		if x.limitOf(err) != nil {
			return err
		}
	}
	x.unhandled = nil
	return nil
}
