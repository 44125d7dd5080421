package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
)

// Whoever announces a large body and does not send it takes no memory.
func TestMemoryOfABodyThatIsOnlyAnnounced(t *testing.T) {
	t.Parallel()
	const announced = 12 << 20
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader("{")))
	r.ContentLength = announced
	body, err := web.ReadBody(r, nil, announced)
	require.NoError(t, err)
	require.Equal(t, "{", string(body))
	require.Less(t, cap(body), 1<<20)
}
