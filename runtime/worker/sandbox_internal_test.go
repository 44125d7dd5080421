package worker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzConfinement reads any bytes as what a worker says of its confinement. What is accepted has only layers that there are: their names go into metrics.
func FuzzConfinement(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(confinement{Layers: []Layer{{Name: LayerSeccomp, On: true}}, Namespaces: map[string]string{"user": "user:[1]"}}.append(nil))
	f.Add([]byte(`{"layers":[{"name":"made up","on":true}]}`))
	f.Add([]byte(`{"layers":[],"more":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		sandbox, err := readConfinement(text)
		if err != nil {
			require.ErrorIs(t, err, errFrame)
			return
		}
		for _, layer := range sandbox.Layers {
			require.True(t, knownLayer(layer.Name), layer.Name)
		}
	})
}
