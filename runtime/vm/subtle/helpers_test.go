package subtle_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/subtle"
)

// values are parameters by name: []byte, int, string for text and hash functions, *subtle.Key.
type values map[string]any

// params normalizes and fills in, as a caller does.
func params(t testing.TB, op subtle.Op, name string, v values) *subtle.Params {
	t.Helper()
	p, members, err := subtle.Normalize(op, name)
	require.NoError(t, err)
	for _, m := range members {
		value, given := v[m.Name]
		if !given {
			require.False(t, m.Required, "%s for %s needs %s", op, name, m.Name)
			continue
		}
		switch {
		case m.Bytes != nil:
			*m.Bytes = value.([]byte)
		case m.Text != nil:
			*m.Text = value.(string)
		case m.Hash != nil:
			*m.Hash = subtle.Hash(value.(string))
		case m.Key != nil:
			*m.Key = value.(*subtle.Key)
		case m.Number != nil:
			*m.Number = subtle.Number{Set: true, Value: uint32(value.(int))}
		}
	}
	return p
}

// with adds parameters that are not there yet; nil ones are left out.
func (v values) with(more values) values {
	all := values{}
	for _, from := range []values{more, v} {
		for name, value := range from {
			if value != nil {
				all[name] = value
			}
		}
	}
	return all
}

func plenty() time.Duration { return time.Hour }

func usages(t testing.TB, names ...string) subtle.Usages {
	t.Helper()
	var all subtle.Usages
	for _, name := range names {
		u, ok := subtle.ParseUsage(name)
		require.True(t, ok, name)
		all |= u
	}
	return all
}

func importRaw(t testing.TB, name string, raw []byte, v values, names ...string) *subtle.Key {
	t.Helper()
	key, err := subtle.ImportKey(subtle.FormatRaw, subtle.KeyData{Raw: raw}, params(t, subtle.OpImport, name, v), false, usages(t, names...))
	require.NoError(t, err)
	return key
}

func importJWK(t testing.TB, name string, text json.RawMessage, v values, names ...string) *subtle.Key {
	t.Helper()
	key, err := subtle.ImportKey(subtle.FormatJWK, subtle.KeyData{JWK: jwk(t, text)}, params(t, subtle.OpImport, name, v), false, usages(t, names...))
	require.NoError(t, err)
	return key
}

func jwk(t testing.TB, text json.RawMessage) *subtle.JWK {
	t.Helper()
	j := &subtle.JWK{}
	require.NoError(t, json.Unmarshal(text, j))
	return j
}

func load(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// octets are bytes that stand in JSON as base64url.
type octets []byte

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}

func (o octets) MarshalText() ([]byte, error) {
	return []byte(base64.RawURLEncoding.EncodeToString(o)), nil
}

// hexBytes are bytes that stand in JSON as hexadecimal digits.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	return raw
}

func requireName(t testing.TB, name subtle.ErrorName, err error) {
	t.Helper()
	var e *subtle.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, name, e.Name, e.Message)
}
