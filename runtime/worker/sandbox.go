package worker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// Level is how much of a sandbox there is.
type Level string

// The levels.
const (
	LevelStrict     Level = "strict"      // all that confines a process
	LevelBestEffort Level = "best-effort" // as much of it as the machine offers
)

// The layers of a sandbox. The level is strict if all of these are on; namespaces, whose layers are named namespace_user and so on, come on top.
const (
	LayerEnvironment = "environment"  // is empty
	LayerResources   = "rlimits"      // bound memory, descriptors and files
	LayerDescriptors = "descriptors"  // only the standard streams and the socket
	LayerUntraceable = "untraceable"  // by other processes; dies with the server
	LayerPrivileges  = "no_new_privs" // no capabilities, and none to be had
	LayerLandlock    = "landlock"     // denies files, network and signals
	LayerSeccomp     = "seccomp"      // system calls but those of a list end the process
)

var (
	strictLayers   = []string{LayerEnvironment, LayerResources, LayerDescriptors, LayerUntraceable, LayerPrivileges, LayerLandlock, LayerSeccomp}
	namespaceKinds = []string{"user", "pid", "net", "mnt", "ipc", "uts"}
)

// Sandbox is what confines the worker processes of a pool, beside that they are processes.
type Sandbox struct {
	Layers []Layer
}

// Layer is one part of a sandbox.
type Layer struct {
	Name   string `json:"name"`
	On     bool   `json:"on"`
	Detail string `json:"detail,omitempty"` // which version, for example, or why it is not on
}

// String is the layer's name and detail.
func (l Layer) String() string {
	if l.Detail == "" {
		return l.Name
	}
	return l.Name + " (" + l.Detail + ")"
}

// Level is strict, or best-effort if any layer of that is missing.
func (s Sandbox) Level() Level {
	if len(s.Missing()) > 0 {
		return LevelBestEffort
	}
	return LevelStrict
}

// String names the layers that are on.
func (s Sandbox) String() string {
	var on []string
	for _, layer := range s.Layers {
		if layer.On {
			on = append(on, layer.Name)
		}
	}
	return strings.Join(on, " ")
}

// Missing are the layers that there must be for the level strict, and are not on.
func (s Sandbox) Missing() []Layer {
	var missing []Layer
	for _, name := range strictLayers {
		i := slices.IndexFunc(s.Layers, func(l Layer) bool { return l.Name == name })
		switch {
		case i < 0:
			missing = append(missing, Layer{Name: name, Detail: "not reported"})
		case !s.Layers[i].On:
			missing = append(missing, s.Layers[i])
		}
	}
	return missing
}

// SandboxError says that a worker process is less confined than is demanded.
type SandboxError struct{ Missing []Layer }

func (e *SandboxError) Error() string {
	var parts []string
	for _, layer := range e.Missing {
		parts = append(parts, layer.String())
	}
	return "the sandbox is below strict, it lacks " + strings.Join(parts, ", ")
}

// confinement is what a worker process says about itself in its ready frame.
type confinement struct {
	Layers     []Layer           `json:"layers"`
	Namespaces map[string]string `json:"namespaces,omitempty"` // the kernel's names for them, by kind
}

func (r confinement) append(buf []byte) []byte {
	text, err := json.Marshal(r, lossy...)
	if err != nil {
		panic(err) // strings and booleans always encode
	}
	return append(buf, text...)
}

// readConfinement reads the payload of a ready frame. An empty one reports nothing.
func readConfinement(payload []byte) (Sandbox, error) {
	var r confinement
	if len(payload) > 0 {
		if err := json.Unmarshal(payload, &r, strict...); err != nil {
			return Sandbox{}, fmt.Errorf("%w: report", errFrame)
		}
	}
	s := Sandbox{Layers: r.Layers}
	own := namespaces("self")
	for _, kind := range namespaceKinds {
		name, theirs := own[kind], r.Namespaces[kind]
		s.Layers = append(s.Layers, Layer{Name: "namespace_" + kind, On: name != "" && theirs != "" && name != theirs})
	}
	for _, layer := range s.Layers {
		if !knownLayer(layer.Name) {
			return Sandbox{}, fmt.Errorf("%w: layer", errFrame)
		}
	}
	return s, nil
}

func knownLayer(name string) bool {
	kind, namespace := strings.CutPrefix(name, "namespace_")
	return namespace && slices.Contains(namespaceKinds, kind) || slices.Contains(strictLayers, name)
}

// demanded turns a sandbox below the demanded level into an error.
func (s Sandbox) demanded(level Level) error {
	if missing := s.Missing(); level == LevelStrict && len(missing) > 0 {
		return &SandboxError{missing}
	}
	return nil
}
