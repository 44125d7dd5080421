//go:build !linux

package worker

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// confine sets the limits that there are. There is no sandbox on this system: a worker is a process of its own, and may do what the server may.
func confine(bool) confinement {
	layers := []Layer{{Name: LayerEnvironment, On: len(os.Environ()) == 0}}
	var failed error
	for resource, most := range map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 16} {
		failed = errors.Join(failed, unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}))
	}
	layers = append(layers, Layer{Name: LayerResources, On: failed == nil})
	for _, name := range strictLayers[len(layers):] {
		layers = append(layers, Layer{Name: name, Detail: "there is none on this system"})
	}
	return confinement{Layers: layers}
}

func namespaces(string) map[string]string { return nil }

// limitMemory does nothing: no limit of this system counts what Go uses.
func limitMemory(int, int64) error { return nil }
