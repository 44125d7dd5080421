package password_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts/password"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	h := password.New()
	hash, err := h.Hash(t.Context(), "Zähne zeigen, bitte")
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
	again, err := h.Hash(t.Context(), "Zähne zeigen, bitte")
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "each has a salt of its own")

	for name, c := range map[string]struct {
		hash, password string
		want           bool
	}{
		"the password":                {hash, "Zähne zeigen, bitte", true},
		"typed with a combining mark": {hash, "Za\u0308hne zeigen, bitte", true},
		"another one":                 {hash, "Zähne zeigen, Bitte", false},
		"nothing":                     {hash, "", false},
		"a prefix":                    {hash, "Zähne zeigen, bitt", false},
		"with a byte more":            {hash, "Zähne zeigen, bitte\x00", false},
		"of nobody":                   {"", "Zähne zeigen, bitte", false},
		"nothing of nobody":           {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, err := h.Verify(t.Context(), c.hash, c.password)
			require.NoError(t, err)
			require.Equal(t, c.want, ok)
		})
	}
}

// TestKnownHash verifies a hash that the reference implementation made.
func TestKnownHash(t *testing.T) {
	t.Parallel()
	const known = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7"
	ok, err := password.New().Verify(t.Context(), known, "password")
	require.NoError(t, err)
	require.True(t, ok)
}

func TestDamagedHash(t *testing.T) {
	t.Parallel()
	const sum = "$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7"
	for name, hash := range map[string]string{
		"text":                  "password",
		"another algorithm":     "$argon2i$v=19$m=64,t=1,p=1" + sum,
		"another version":       "$argon2id$v=16$m=64,t=1,p=1" + sum,
		"too much memory":       "$argon2id$v=19$m=4194304,t=1,p=1" + sum,
		"too many passes":       "$argon2id$v=19$m=64,t=1000,p=1" + sum,
		"no passes":             "$argon2id$v=19$m=64,t=0,p=1" + sum,
		"no threads":            "$argon2id$v=19$m=64,t=1,p=0" + sum,
		"negative memory":       "$argon2id$v=19$m=-64,t=1,p=1" + sum,
		"more after parameters": "$argon2id$v=19$m=64,t=1,p=1,x=2" + sum,
		"a short sum":           "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA",
		"no salt":               "$argon2id$v=19$m=64,t=1,p=1$$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7",
		"no base64":             "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnC!!",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := password.New().Verify(t.Context(), hash, "password")
			require.ErrorIs(t, err, password.ErrDamaged)
		})
	}
}

// TestBounded starts more than may wait, and wants those beyond to be refused at once and the others to be answered.
func TestBounded(t *testing.T) {
	t.Parallel()
	h := password.New()
	results := make(chan error, 200)
	for range cap(results) {
		go func() {
			_, err := h.Verify(t.Context(), "", "password")
			results <- err
		}()
	}
	answered := 0
	for range cap(results) {
		if err := <-results; err == nil {
			answered++
		} else {
			require.ErrorIs(t, err, password.ErrBusy)
		}
	}
	require.GreaterOrEqual(t, answered, 64)

	ended, end := context.WithCancel(t.Context())
	end()
	_, err := h.Hash(ended, "password")
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzVerify(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("")
	h := password.New()
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Count(hash, "$") == 5 && !strings.Contains(hash, "$m=64,") {
			return // it may take long, and is allowed to
		}
		ok, err := h.Verify(t.Context(), hash, "another password")
		require.False(t, ok)
		if err != nil {
			require.ErrorIs(t, err, password.ErrDamaged)
		}
	})
}
