package seal_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/seal"
)

func keyring(t testing.TB, keys ...string) *seal.Keyring {
	t.Helper()
	r, err := seal.ParseKeys(strings.Join(keys, ","))
	require.NoError(t, err)
	return r
}

var at = seal.Place{Tenant: "acme", Purpose: "secret", Name: "API_KEY"}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	r := keyring(t, seal.NewKey())
	for _, value := range []string{"", "x", strings.Repeat("secret", 3000)} {
		sealed, err := r.Seal(at, []byte(value))
		require.NoError(t, err)
		require.Len(t, sealed, len(value)+33)
		if len(value) > 1 {
			require.NotContains(t, string(sealed), value[:6])
		}
		opened, err := r.Open(at, sealed)
		require.NoError(t, err)
		require.Equal(t, value, string(opened))
		again, err := r.Seal(at, []byte(value))
		require.NoError(t, err)
		require.NotEqual(t, sealed, again, "the same value twice does not look the same")
	}
}

// TestPlaces wants sealed bytes to open where they belong and nowhere else.
func TestPlaces(t *testing.T) {
	t.Parallel()
	r := keyring(t, seal.NewKey())
	sealed, err := r.Seal(at, []byte("value"))
	require.NoError(t, err)
	for name, other := range map[string]seal.Place{
		"another tenant":      {Tenant: "other", Purpose: at.Purpose, Name: at.Name},
		"another purpose":     {Tenant: at.Tenant, Purpose: "redirect", Name: at.Name},
		"another name":        {Tenant: at.Tenant, Purpose: at.Purpose, Name: "OTHER"},
		"the same characters": {Tenant: at.Tenant, Purpose: at.Purpose + at.Name[:1], Name: at.Name[1:]},
	} {
		_, err := r.Open(other, sealed)
		require.ErrorIs(t, err, seal.ErrDamaged, name)
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	r := keyring(t, seal.NewKey())
	sealed, err := r.Seal(at, []byte("value"))
	require.NoError(t, err)
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		_, err := r.Open(at, bad)
		require.Error(t, err, i)
		_, err = r.Open(at, sealed[:i])
		require.ErrorIs(t, err, seal.ErrDamaged, i)
	}
	_, err = r.Open(at, append(bytes.Clone(sealed), 0))
	require.ErrorIs(t, err, seal.ErrDamaged)
}

func TestRotation(t *testing.T) {
	t.Parallel()
	first, second := seal.NewKey(), seal.NewKey()
	sealed, err := keyring(t, first).Seal(at, []byte("value"))
	require.NoError(t, err)

	both := keyring(t, second, first)
	require.False(t, both.Current(sealed))
	value, err := both.Open(at, sealed)
	require.NoError(t, err)
	anew, err := both.Seal(at, value)
	require.NoError(t, err)
	require.True(t, both.Current(anew))

	alone := keyring(t, second)
	_, err = alone.Open(at, anew)
	require.NoError(t, err)
	_, err = alone.Open(at, sealed)
	var unknown *seal.UnknownKeyError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, keyring(t, first).IDs()[0], unknown.ID)
	require.Equal(t, alone.IDs(), unknown.Have)
	require.EqualError(t, err, fmt.Sprintf("sealed with the key %s, and the keys that are there are [%s]", unknown.ID, alone.IDs()[0]))
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	none := keyring(t, " ")
	require.Nil(t, none)
	_, err := none.Seal(at, []byte("value"))
	require.ErrorIs(t, err, seal.ErrNoKey)
	sealed, err := keyring(t, seal.NewKey()).Seal(at, []byte("value"))
	require.NoError(t, err)
	_, err = none.Open(at, sealed)
	require.ErrorContains(t, err, "and there is no key")
	require.False(t, none.Current(sealed))
	require.Empty(t, none.IDs())
}

func TestKeys(t *testing.T) {
	t.Parallel()
	bytes := []byte("\xfb\xff\xbe 32 bytes that need both signs")[:32]
	want := keyring(t, base64.StdEncoding.EncodeToString(bytes)).IDs()
	for name, text := range map[string]string{
		"without padding":     base64.RawStdEncoding.EncodeToString(bytes),
		"of URLs":             base64.URLEncoding.EncodeToString(bytes),
		"with the prefix":     "dws_" + base64.RawURLEncoding.EncodeToString(bytes),
		"with spaces":         " " + base64.StdEncoding.EncodeToString(bytes) + "\n",
		"the first of two":    base64.StdEncoding.EncodeToString(bytes) + ", " + seal.NewKey(),
		"the text of a shell": base64.StdEncoding.EncodeToString(bytes) + "\r\n",
	} {
		require.Equal(t, want[0], keyring(t, text).IDs()[0], name)
	}
	secret := seal.NewKey()
	for name, text := range map[string]string{
		"no base64":    secret + ",!" + secret[1:],
		"too short":    secret + "," + secret[:len(secret)-2],
		"too long":     secret + "," + secret + "AA",
		"an empty one": secret + ",",
		"twice":        secret + "," + secret,
	} {
		_, err := seal.ParseKeys(text)
		require.ErrorContains(t, err, "seal key 2", name)
		require.NotContains(t, err.Error(), secret[10:20], name)
	}
}

func FuzzOpen(f *testing.F) {
	r := keyring(f, base64.StdEncoding.EncodeToString(make([]byte, 32))) // the same in all of the processes that fuzz
	sealed, err := r.Seal(at, []byte("value"))
	require.NoError(f, err)
	f.Add(sealed)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r.Current(b)
		if value, err := r.Open(at, b); err == nil {
			require.True(t, bytes.Equal(sealed, b), "%q was forged", value)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add(seal.NewKey() + "," + seal.NewKey())
	f.Add("dws_,=")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := seal.ParseKeys(text); err == nil && r != nil {
			sealed, err := r.Seal(at, []byte("value"))
			require.NoError(t, err)
			_, err = r.Open(at, sealed)
			require.NoError(t, err)
		}
	})
}
