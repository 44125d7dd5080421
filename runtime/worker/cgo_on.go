//go:build cgo

package worker

// withCgo says that the program has been built with cgo. See the other file.
const withCgo = true
