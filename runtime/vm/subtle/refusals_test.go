package subtle_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/subtle"
)

const (
	ed25519Public = `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"`
	p256Public    = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	hs256         = `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"`
)

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		algorithm   string
		v           values
		format      subtle.Format
		key         string // JSON, or bytes
		extractable bool
		usages      []string
		want        subtle.ErrorName
	}{
		"usage of another kind":         {"HMAC", values{"hash": "SHA-256"}, subtle.FormatRaw, "k", false, []string{"encrypt"}, subtle.SyntaxError},
		"no usage":                      {"HMAC", values{"hash": "SHA-256"}, subtle.FormatRaw, "k", false, nil, subtle.SyntaxError},
		"public key that signs":         {"Ed25519", nil, subtle.FormatJWK, ed25519Public + `}`, true, []string{"sign"}, subtle.SyntaxError},
		"empty HMAC key":                {"HMAC", values{"hash": "SHA-256"}, subtle.FormatRaw, "", false, []string{"sign"}, subtle.DataError},
		"HMAC longer than its key":      {"HMAC", values{"hash": "SHA-256", "length": 17}, subtle.FormatRaw, "kk", false, []string{"sign"}, subtle.DataError},
		"HMAC a byte shorter":           {"HMAC", values{"hash": "SHA-256", "length": 8}, subtle.FormatRaw, "kk", false, []string{"sign"}, subtle.DataError},
		"HMAC as spki":                  {"HMAC", values{"hash": "SHA-256"}, subtle.FormatSPKI, "kk", false, []string{"sign"}, subtle.NotSupportedError},
		"huge secret":                   {"HMAC", values{"hash": "SHA-256"}, subtle.FormatRaw, strings.Repeat("k", 1<<17), false, []string{"sign"}, subtle.DataError},
		"huge k":                        {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, `{"kty":"oct","k":"` + strings.Repeat("k", 1<<17) + `"}`, false, []string{"sign"}, subtle.DataError},
		"AES of 136 bits":               {"AES-GCM", nil, subtle.FormatRaw, strings.Repeat("k", 17), false, []string{"encrypt"}, subtle.DataError},
		"extractable PBKDF2":            {"PBKDF2", nil, subtle.FormatRaw, "password", true, []string{"deriveBits"}, subtle.SyntaxError},
		"PBKDF2 as jwk":                 {"PBKDF2", nil, subtle.FormatJWK, hs256 + `}`, false, []string{"deriveBits"}, subtle.NotSupportedError},
		"kty of another kind":           {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, p256Public + `}`, false, []string{"sign"}, subtle.DataError},
		"alg of another hash":           {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"alg":"HS512"}`, false, []string{"sign"}, subtle.DataError},
		"use of another kind":           {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"use":"enc"}`, false, []string{"sign"}, subtle.DataError},
		"key_ops too narrow":            {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"key_ops":["verify"]}`, false, []string{"sign"}, subtle.DataError},
		"key_ops empty":                 {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"key_ops":[]}`, false, []string{"sign"}, subtle.DataError},
		"key_ops with a value twice":    {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"key_ops":["sign","sign"]}`, false, []string{"sign"}, subtle.DataError},
		"ext false":                     {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, hs256 + `,"ext":false}`, true, []string{"sign"}, subtle.DataError},
		"padded base64":                 {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, `{"kty":"oct","k":"AyM="}`, false, []string{"sign"}, subtle.DataError},
		"base64 with a line break":      {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, `{"kty":"oct","k":"Ay\nMx"}`, false, []string{"sign"}, subtle.DataError},
		"base64 with bits left over":    {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, `{"kty":"oct","k":"AyN"}`, false, []string{"sign"}, subtle.DataError},
		"no k":                          {"HMAC", values{"hash": "SHA-256"}, subtle.FormatJWK, `{"kty":"oct"}`, false, []string{"sign"}, subtle.DataError},
		"unknown curve":                 {"ECDSA", values{"namedCurve": "P-224"}, subtle.FormatRaw, "", true, []string{"verify"}, subtle.NotSupportedError},
		"curve of another name":         {"ECDSA", values{"namedCurve": "P-384"}, subtle.FormatJWK, p256Public + `}`, true, []string{"verify"}, subtle.DataError},
		"alg of another curve":          {"ECDSA", values{"namedCurve": "P-256"}, subtle.FormatJWK, p256Public + `,"alg":"ES384"}`, true, []string{"verify"}, subtle.DataError},
		"point off the curve":           {"ECDSA", values{"namedCurve": "P-256"}, subtle.FormatRaw, "\x04" + strings.Repeat("x", 64), true, []string{"verify"}, subtle.DataError},
		"compressed point":              {"ECDSA", values{"namedCurve": "P-256"}, subtle.FormatRaw, "\x02" + strings.Repeat("x", 32), true, []string{"verify"}, subtle.DataError},
		"d of another key":              {"ECDSA", values{"namedCurve": "P-256"}, subtle.FormatJWK, p256Public + `,"d":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}`, true, []string{"sign"}, subtle.DataError},
		"d of another Ed25519 key":      {"Ed25519", nil, subtle.FormatJWK, ed25519Public + `,"d":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}`, true, []string{"sign"}, subtle.DataError},
		"short x":                       {"Ed25519", nil, subtle.FormatJWK, `{"kty":"OKP","crv":"Ed25519","x":"AQEB"}`, true, []string{"verify"}, subtle.DataError},
		"crv of the other octet key":    {"X25519", nil, subtle.FormatJWK, ed25519Public + `}`, true, nil, subtle.DataError},
		"RSA with SHA-1 that verifies":  {"RSASSA-PKCS1-v1_5", values{"hash": "SHA-1"}, subtle.FormatSPKI, "", true, []string{"verify"}, subtle.NotSupportedError},
		"RSA as raw":                    {"RSA-PSS", values{"hash": "SHA-256"}, subtle.FormatRaw, "x", true, []string{"verify"}, subtle.NotSupportedError},
		"spki of nothing":               {"RSA-PSS", values{"hash": "SHA-256"}, subtle.FormatSPKI, "", true, []string{"verify"}, subtle.DataError},
		"huge spki":                     {"RSA-PSS", values{"hash": "SHA-256"}, subtle.FormatSPKI, strings.Repeat("0", 1<<16), true, []string{"verify"}, subtle.DataError},
		"spki of another algorithm":     {"RSA-PSS", values{"hash": "SHA-256"}, subtle.FormatSPKI, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + strings.Repeat("x", 32), true, []string{"verify"}, subtle.DataError},
		"spki of Ed25519 for X25519":    {"X25519", nil, subtle.FormatSPKI, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + strings.Repeat("x", 32), true, nil, subtle.DataError},
		"spki of Ed25519 for the curve": {"ECDH", values{"namedCurve": "P-256"}, subtle.FormatSPKI, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + strings.Repeat("x", 32), true, nil, subtle.DataError},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := subtle.KeyData{Raw: []byte(test.key)}
			if test.format == subtle.FormatJWK {
				data = subtle.KeyData{JWK: jwk(t, json.RawMessage(test.key))}
			}
			_, err := subtle.ImportKey(test.format, data, params(t, subtle.OpImport, test.algorithm, test.v), test.extractable, usages(t, test.usages...))
			requireName(t, test.want, err)
		})
	}
}

func TestRSAKeyRefuses(t *testing.T) {
	t.Parallel()
	const member = "AQ"
	n := strings.Repeat("_", 341) + "w" // 2,048 ones
	tests := map[string]struct {
		members map[string]any
		want    subtle.ErrorName
		message string
	}{
		"512 bits":              {map[string]any{"n": strings.Repeat("_", 85) + "w"}, subtle.DataError, "1024 to 8192"},
		"16384 bits":            {map[string]any{"n": strings.Repeat("_", 2732)}, subtle.DataError, "n is too long"},
		"even modulus":          {map[string]any{"n": strings.Repeat("_", 343) + "w"}, subtle.DataError, "odd"},
		"huge exponent":         {map[string]any{"e": strings.Repeat("_", 300)}, subtle.DataError, "31 bits"},
		"exponent 1":            {map[string]any{"e": member}, subtle.DataError, "from 3"},
		"even exponent":         {map[string]any{"e": "AQAA"}, subtle.DataError, "odd"},
		"d alone":               {map[string]any{"d": member}, subtle.DataError, "p is missing"},
		"further primes":        {map[string]any{"d": member, "oth": []any{}}, subtle.NotSupportedError, "two primes"},
		"contradicting members": {map[string]any{"d": member, "p": member, "q": member, "dp": member, "dq": member, "qi": member}, subtle.DataError, "contradict"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := map[string]any{"kty": "RSA", "n": n, "e": "AQAB"}
			for name, value := range test.members {
				key[name] = value
			}
			text, err := json.Marshal(key)
			require.NoError(t, err)
			_, err = subtle.ImportKey(subtle.FormatJWK, subtle.KeyData{JWK: jwk(t, text)}, params(t, subtle.OpImport, "RSA-PSS", values{"hash": "SHA-256"}), true, usages(t, "sign"))
			requireName(t, test.want, err)
			require.ErrorContains(t, err, test.message)
		})
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	rsa := func(bits int, exponent ...byte) values {
		return values{"hash": "SHA-256", "modulusLength": bits, "publicExponent": exponent}
	}
	tests := map[string]struct {
		algorithm string
		v         values
		usages    []string
		left      time.Duration
		want      subtle.ErrorName
		message   string
	}{
		"small RSA":            {"RSA-PSS", rsa(1024, 1, 0, 1), []string{"sign"}, time.Hour, subtle.OperationError, "from 2048 to 4096"},
		"large RSA":            {"RSA-PSS", rsa(1<<31, 1, 0, 1), []string{"sign"}, time.Hour, subtle.OperationError, "from 2048 to 4096"},
		"RSA with little time": {"RSA-PSS", rsa(4096, 1, 0, 1), []string{"sign"}, 400 * time.Millisecond, subtle.OperationError, "takes up to 800ms of CPU time, and 400ms are left"},
		"RSA with no time":     {"RSA-PSS", rsa(2048, 1, 0, 1), []string{"sign"}, -time.Second, subtle.OperationError, "and 0s are left"},
		"RSA exponent 3":       {"RSA-PSS", rsa(2048, 3), []string{"sign"}, time.Hour, subtle.OperationError, "65537"},
		"huge RSA exponent":    {"RSA-PSS", rsa(2048, make([]byte, 1<<20)...), []string{"sign"}, time.Hour, subtle.OperationError, "65537"},
		"RSA with SHA-1":       {"RSA-PSS", values{"hash": "SHA-1", "modulusLength": 2048, "publicExponent": []byte{1, 0, 1}}, []string{"sign"}, time.Hour, subtle.NotSupportedError, "SHA-1"},
		"pair that only reads": {"ECDSA", values{"namedCurve": "P-256"}, []string{"verify"}, time.Hour, subtle.SyntaxError, "usage"},
		"foreign usage":        {"ECDSA", values{"namedCurve": "P-256"}, []string{"sign", "encrypt"}, time.Hour, subtle.SyntaxError, "encrypt"},
		"unknown curve":        {"ECDSA", values{"namedCurve": "p-256"}, []string{"sign"}, time.Hour, subtle.NotSupportedError, "namedCurve"},
		"AES of 64 bits":       {"AES-GCM", values{"length": 64}, []string{"encrypt"}, time.Hour, subtle.OperationError, "128"},
		"HMAC of 0 bits":       {"HMAC", values{"hash": "SHA-256", "length": 0}, []string{"sign"}, time.Hour, subtle.OperationError, "0"},
		"HMAC of 512 MB":       {"HMAC", values{"hash": "SHA-256", "length": 1<<32 - 1}, []string{"sign"}, time.Hour, subtle.OperationError, "at most"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := subtle.GenerateKey(params(t, subtle.OpGenerate, test.algorithm, test.v), true, usages(t, test.usages...), func() time.Duration { return test.left })
			requireName(t, test.want, err)
			require.ErrorContains(t, err, test.message)
		})
	}
}

func TestCipherRefuses(t *testing.T) {
	t.Parallel()
	iv := make([]byte, 16)
	tests := map[string]struct {
		algorithm string
		v         values
		data      []byte
	}{
		"CBC with a short iv":             {"AES-CBC", values{"iv": iv[:12]}, iv},
		"CBC of half a block":             {"AES-CBC", values{"iv": iv}, iv[:8]},
		"CBC of nothing":                  {"AES-CBC", values{"iv": iv}, nil},
		"CBC with bad padding":            {"AES-CBC", values{"iv": iv}, iv},
		"CTR with a short counter":        {"AES-CTR", values{"counter": iv[:12], "length": 32}, iv},
		"CTR that does not count":         {"AES-CTR", values{"counter": iv, "length": 0}, iv},
		"CTR of 129 bits":                 {"AES-CTR", values{"counter": iv, "length": 129}, iv},
		"CTR with more data than it can":  {"AES-CTR", values{"counter": iv, "length": 1}, make([]byte, 33)},
		"GCM with an empty iv":            {"AES-GCM", values{"iv": []byte{}}, iv},
		"GCM with an odd tag":             {"AES-GCM", values{"iv": iv, "tagLength": 127}, iv},
		"GCM shorter than its tag":        {"AES-GCM", values{"iv": iv}, iv[:15]},
		"GCM with a wrong tag":            {"AES-GCM", values{"iv": iv}, iv},
		"GCM with a wrong tag of 32 bits": {"AES-GCM", values{"iv": iv, "tagLength": 32}, iv},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := importRaw(t, test.algorithm, iv, nil, "encrypt", "decrypt")
			_, err := subtle.Decrypt(params(t, subtle.OpDecrypt, test.algorithm, test.v), key, test.data)
			requireName(t, subtle.OperationError, err)
		})
	}
}

func TestKeysAreHeldToTheirPurpose(t *testing.T) {
	t.Parallel()
	mac := importRaw(t, "HMAC", []byte("k"), values{"hash": "SHA-256"}, "sign")
	_, err := subtle.Verify(params(t, subtle.OpVerify, "HMAC", nil), mac, nil, nil)
	requireName(t, subtle.InvalidAccessError, err)
	_, err = subtle.ExportKey(subtle.FormatRaw, mac)
	requireName(t, subtle.InvalidAccessError, err)
	aes := importRaw(t, "AES-GCM", make([]byte, 16), nil, "encrypt")
	_, err = subtle.Encrypt(params(t, subtle.OpEncrypt, "AES-CBC", values{"iv": make([]byte, 16)}), aes, nil)
	requireName(t, subtle.InvalidAccessError, err)
	_, err = subtle.WrapKey(subtle.FormatRaw, mac, aes, params(t, subtle.OpWrap, "AES-GCM", values{"iv": make([]byte, 12)}))
	requireName(t, subtle.InvalidAccessError, err)
	password := importRaw(t, "PBKDF2", []byte("p"), nil, "deriveKey")
	_, err = subtle.ExportKey(subtle.FormatRaw, password)
	requireName(t, subtle.NotSupportedError, err)
	_, err = subtle.DeriveBits(params(t, subtle.OpDeriveBits, "PBKDF2", values{"hash": "SHA-256", "salt": []byte{}, "iterations": 1}), password, subtle.Number{Set: true, Value: 8}, plenty)
	requireName(t, subtle.InvalidAccessError, err)

	_, _, err = subtle.Normalize(subtle.OpSign, "AES-GCM")
	requireName(t, subtle.NotSupportedError, err)
	_, _, err = subtle.Normalize(subtle.OpSign, "RSAES-PKCS1-v1_5")
	requireName(t, subtle.NotSupportedError, err)
}

func TestDerivingIsBounded(t *testing.T) {
	t.Parallel()
	key := importRaw(t, "PBKDF2", []byte("p"), nil, "deriveBits")
	asked := 0
	left := func() time.Duration {
		asked++
		return time.Duration(3-asked) * time.Second
	}
	tests := map[string]struct{ iterations, bits int }{
		"many iterations": {1<<32 - 1, 256},
		"many blocks":     {100, 1 << 19},
	}
	for name, test := range tests {
		asked = 0
		p := params(t, subtle.OpDeriveBits, "PBKDF2", values{"hash": "SHA-256", "salt": []byte("s"), "iterations": test.iterations})
		_, err := subtle.DeriveBits(p, key, subtle.Number{Set: true, Value: uint32(test.bits)}, left)
		requireName(t, subtle.OperationError, err)
		require.Equal(t, 3, asked, name)
	}

	for name, test := range map[string]struct {
		algorithm string
		length    subtle.Number
	}{
		"no length":               {"HKDF", subtle.Number{}},
		"half a byte":             {"HKDF", subtle.Number{Set: true, Value: 12}},
		"more than HKDF has":      {"HKDF", subtle.Number{Set: true, Value: 255*32*8 + 8}},
		"more than memory has":    {"HKDF", subtle.Number{Set: true, Value: 1<<32 - 8}},
		"PBKDF2 without a length": {"PBKDF2", subtle.Number{}},
		"PBKDF2 of 512 MB":        {"PBKDF2", subtle.Number{Set: true, Value: 1<<32 - 8}},
		"PBKDF2 of no iterations": {"PBKDF2", subtle.Number{Set: true, Value: 8}},
	} {
		key := importRaw(t, test.algorithm, []byte("p"), nil, "deriveBits")
		p := params(t, subtle.OpDeriveBits, test.algorithm, values{"hash": "SHA-256", "salt": []byte("s"), "info": []byte{}, "iterations": 0})
		_, err := subtle.DeriveBits(p, key, test.length, plenty)
		requireName(t, subtle.OperationError, err)
		require.Error(t, err, name)
	}
}

// Keys of other kinds than the recorded ones: derived, wrapped as JSON, and with a number of bits that is no number of bytes.
func TestDerivedAndWrapped(t *testing.T) {
	t.Parallel()
	base := importRaw(t, "HKDF", []byte("input"), nil, "deriveKey")
	p := params(t, subtle.OpDeriveBits, "HKDF", values{"hash": "SHA-256", "salt": []byte{}, "info": []byte{}})
	mac, err := subtle.DeriveKey(p, base, params(t, subtle.OpKeyLength, "HMAC", values{"hash": "SHA-384"}), true, usages(t, "sign"), plenty)
	require.NoError(t, err)
	require.Equal(t, 1024, mac.Algorithm.Length)
	aes, err := subtle.DeriveKey(p, base, params(t, subtle.OpKeyLength, "AES-KW", values{"length": 256}), false, usages(t, "wrapKey", "unwrapKey"), plenty)
	require.NoError(t, err)
	_, err = subtle.DeriveKey(p, base, params(t, subtle.OpKeyLength, "AES-KW", values{"length": 512}), false, usages(t, "wrapKey"), plenty)
	requireName(t, subtle.OperationError, err)

	wrapped, err := subtle.WrapKey(subtle.FormatJWK, mac, aes, params(t, subtle.OpWrap, "AES-KW", nil))
	require.NoError(t, err)
	back, err := subtle.UnwrapKey(subtle.FormatJWK, wrapped, aes, params(t, subtle.OpUnwrap, "AES-KW", nil), params(t, subtle.OpImport, "HMAC", values{"hash": "SHA-384"}), true, usages(t, "sign"))
	require.NoError(t, err)
	first, err := subtle.ExportKey(subtle.FormatRaw, mac)
	require.NoError(t, err)
	second, err := subtle.ExportKey(subtle.FormatRaw, back)
	require.NoError(t, err)
	require.Equal(t, first, second)
	wrapped[3]++
	_, err = subtle.UnwrapKey(subtle.FormatJWK, wrapped, aes, params(t, subtle.OpUnwrap, "AES-KW", nil), params(t, subtle.OpImport, "HMAC", values{"hash": "SHA-384"}), true, usages(t, "sign"))
	requireName(t, subtle.OperationError, err)

	odd := importRaw(t, "HMAC", []byte{0xff, 0xff}, values{"hash": "SHA-256", "length": 11}, "sign")
	same := importRaw(t, "HMAC", []byte{0xff, 0xe0}, values{"hash": "SHA-256"}, "sign")
	one, err := subtle.Sign(params(t, subtle.OpSign, "HMAC", nil), odd, []byte("x"))
	require.NoError(t, err)
	two, err := subtle.Sign(params(t, subtle.OpSign, "HMAC", nil), same, []byte("x"))
	require.NoError(t, err)
	require.Equal(t, two, one)
}
