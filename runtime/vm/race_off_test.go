//go:build !race

package vm_test

const raceFactor = 1
