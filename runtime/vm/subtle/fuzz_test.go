package subtle_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/subtle"
)

// importable are the algorithms that are imported, each with its parameters.
var importable = []struct {
	name   string
	v      values
	usages []string
}{
	{"HMAC", values{"hash": "SHA-256"}, []string{"sign"}},
	{"AES-GCM", nil, []string{"encrypt"}},
	{"PBKDF2", nil, []string{"deriveBits"}},
	{"RSA-PSS", values{"hash": "SHA-256"}, []string{"verify"}},
	{"RSA-OAEP", values{"hash": "SHA-1"}, []string{"decrypt"}},
	{"ECDSA", values{"namedCurve": "P-256"}, []string{"verify"}},
	{"ECDH", values{"namedCurve": "P-521"}, []string{"deriveBits"}},
	{"Ed25519", nil, []string{"sign"}},
	{"X25519", nil, nil},
}

func seeds(f *testing.F, format string) {
	f.Helper()
	var cases []*nodeCase
	load(f, "node.json", &cases)
	for i := range importable {
		for _, c := range cases {
			if c.name() != importable[i].name {
				continue
			}
			for _, forms := range c.Keys {
				if text, ok := forms[format]; ok && format == "jwk" {
					f.Add(uint8(i), []byte(text))
				} else if ok {
					f.Add(uint8(i), keyData(f, format, text).Raw)
				}
			}
			break
		}
	}
}

// fuzzImport imports anything. What comes in goes out, and what went out comes in as the same.
func fuzzImport(f *testing.F, format subtle.Format, data func([]byte) subtle.KeyData) {
	f.Helper()
	seeds(f, string(format))
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		a := importable[int(which)%len(importable)]
		p := params(t, subtle.OpImport, a.name, a.v)
		extractable := a.name != "PBKDF2"
		key, err := subtle.ImportKey(format, data(raw), p, extractable, usages(t, a.usages...))
		if err != nil {
			var known *subtle.Error
			require.ErrorAs(t, err, &known)
			return
		}
		if !extractable {
			return
		}
		out, err := subtle.ExportKey(format, key)
		require.NoError(t, err)
		again, err := subtle.ImportKey(format, out, p, true, key.Usages)
		require.NoError(t, err)
		require.Equal(t, key.Algorithm, again.Algorithm)
		twice, err := subtle.ExportKey(format, again)
		require.NoError(t, err)
		require.Equal(t, out, twice)
	})
}

func rawData(raw []byte) subtle.KeyData { return subtle.KeyData{Raw: raw} }

func FuzzImportRaw(f *testing.F)   { fuzzImport(f, subtle.FormatRaw, rawData) }
func FuzzImportSPKI(f *testing.F)  { fuzzImport(f, subtle.FormatSPKI, rawData) }
func FuzzImportPKCS8(f *testing.F) { fuzzImport(f, subtle.FormatPKCS8, rawData) }

func FuzzImportJWK(f *testing.F) {
	fuzzImport(f, subtle.FormatJWK, func(raw []byte) subtle.KeyData {
		j := &subtle.JWK{}
		_ = json.Unmarshal(raw, j) // what could be read stays
		return subtle.KeyData{JWK: j}
	})
}

// FuzzUnwrap decrypts nothing, so that any bytes reach the reader of JSON Web Keys.
func FuzzUnwrap(f *testing.F) {
	f.Add([]byte(`{"kty":"oct","k":"AyM1Sw"}`))
	f.Add([]byte(`{"kty":"oct","k":"AyM1Sw","kty":"RSA"}`))
	f.Add([]byte(`{"KTY":"oct","k":"AyM1Sw"}`))
	key := importRaw(f, "AES-CTR", make([]byte, 16), nil, "encrypt", "unwrapKey")
	counter := values{"counter": make([]byte, 16), "length": 64}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sealed, err := subtle.Encrypt(params(t, subtle.OpEncrypt, "AES-CTR", counter), key, raw)
		require.NoError(t, err)
		_, err = subtle.UnwrapKey(subtle.FormatJWK, sealed, key, params(t, subtle.OpUnwrap, "AES-CTR", counter), params(t, subtle.OpImport, "HMAC", values{"hash": "SHA-256"}), true, usages(t, "sign"))
		if err != nil {
			var known *subtle.Error
			require.ErrorAs(t, err, &known)
		}
	})
}
