package versions_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDigestOfOldVersions pins the digest of a version that declares no hosts: it was published before versions could, and publishing it again must find it the same.
func TestDigestOfOldVersions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	v, err := publish(t, s, "acme", "a", aDraft(), aBundle, "7.0.0")
	require.NoError(t, err)
	require.Equal(t, "7186344f9a483c4f8c556b3d25bd8a35a0dcb624ca6fcbd33ac6c5f94726e0b1", v.Digest)
}
