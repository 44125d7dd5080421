//go:build !race

package worker

// raceFactor is how many times as much memory a build for the race detector may have.
const raceFactor = 1
