//go:build race

package worker

// raceFactor is how many times as much memory a build for the race detector may have, which keeps notes about every byte.
const raceFactor = 3
