//go:build race

package vm_test

// raceFactor is how many times less a test computes in a build for the race detector, which is that much slower.
const raceFactor = 8
