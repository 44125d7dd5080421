package bolt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/store/storetest"
)

func openIn(t testing.TB, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	return s
}

func open(t *testing.T) storetest.Store {
	s := openIn(t, t.TempDir())
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, open)
}
