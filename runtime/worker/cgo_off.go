//go:build !cgo

package worker

// withCgo says that the program has been built with cgo. What the kernel takes from a single thread then cannot be taken from all of them, and the C library makes calls that the filter forbids. The
// race detector needs cgo; what is shipped is built without.
const withCgo = false
