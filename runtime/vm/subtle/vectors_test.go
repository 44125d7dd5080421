package subtle_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/subtle"
)

// vector is a published example; which members it has depends on the algorithm.
type vector struct {
	Source     string
	Algorithm  string
	Op         string
	Hash       string
	Iterations int
	TagLength  int
	Length     int

	Key, IV, Counter, AdditionalData, Salt, Info, Data, Result hexBytes
}

func (v vector) params() values {
	all := values{"salt": []byte(v.Salt), "info": []byte(v.Info), "iv": []byte(v.IV), "counter": []byte(v.Counter), "additionalData": []byte(v.AdditionalData)}
	if v.Hash != "" {
		all["hash"] = v.Hash
	}
	for name, n := range map[string]int{"iterations": v.Iterations, "tagLength": v.TagLength, "length": v.Length} {
		if n != 0 {
			all[name] = n
		}
	}
	return all
}

func TestVectors(t *testing.T) {
	t.Parallel()
	var vectors []vector
	load(t, "vectors.json", &vectors)
	for _, v := range vectors {
		t.Run(v.Algorithm+" "+v.Hash+" "+v.Source, func(t *testing.T) {
			t.Parallel()
			all := v.params()
			switch v.Op {
			case "sign":
				key := importRaw(t, v.Algorithm, v.Key, values{"hash": v.Hash}, "sign", "verify")
				mac, err := subtle.Sign(params(t, subtle.OpSign, v.Algorithm, all), key, v.Data)
				require.NoError(t, err)
				require.Equal(t, []byte(v.Result), mac)
			case "encrypt":
				key := importRaw(t, v.Algorithm, v.Key, nil, "encrypt", "decrypt")
				sealed, err := subtle.Encrypt(params(t, subtle.OpEncrypt, v.Algorithm, all), key, v.Data)
				require.NoError(t, err)
				require.Equal(t, []byte(v.Result), sealed)
				plain, err := subtle.Decrypt(params(t, subtle.OpDecrypt, v.Algorithm, all), key, v.Result)
				require.NoError(t, err)
				require.Equal(t, []byte(v.Data), plain)
			case "derive":
				key := importRaw(t, v.Algorithm, v.Key, nil, "deriveBits")
				bits, err := subtle.DeriveBits(params(t, subtle.OpDeriveBits, v.Algorithm, all), key, subtle.Number{Set: true, Value: uint32(len(v.Result) * 8)}, plenty)
				require.NoError(t, err)
				require.Equal(t, []byte(v.Result), bits)
			case "wrap":
				key := importRaw(t, v.Algorithm, v.Key, nil, "wrapKey", "unwrapKey")
				as := params(t, subtle.OpImport, "HMAC", values{"hash": "SHA-256"})
				inner, err := subtle.UnwrapKey(subtle.FormatRaw, v.Result, key, params(t, subtle.OpUnwrap, v.Algorithm, nil), as, true, usages(t, "sign"))
				require.NoError(t, err)
				out, err := subtle.ExportKey(subtle.FormatRaw, inner)
				require.NoError(t, err)
				require.Equal(t, []byte(v.Data), out.Raw)
				wrapped, err := subtle.WrapKey(subtle.FormatRaw, inner, key, params(t, subtle.OpWrap, v.Algorithm, nil))
				require.NoError(t, err)
				require.Equal(t, []byte(v.Result), wrapped)
			default:
				t.Fatal("no such operation: " + v.Op)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // FIPS 180-4, examples for "abc"
		"SHA-1":   "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"SHA-384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"SHA-512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	}
	for name, want := range tests {
		require.Equal(t, unhex(t, want), subtle.Digest(params(t, subtle.OpDigest, name, nil), []byte("abc")), name)
	}
}

// Published JSON Web Signatures, and the same with one bit turned.
func TestSignatures(t *testing.T) {
	t.Parallel()
	var examples []struct {
		Source, Algorithm, Hash, JWS string
		Import                       map[string]string
		JWK                          json.RawMessage
	}
	load(t, "signatures.json", &examples)
	for _, e := range examples {
		t.Run(e.Source, func(t *testing.T) {
			t.Parallel()
			as := values{}
			for name, value := range e.Import {
				as[name] = value
			}
			key := importJWK(t, e.Algorithm, e.JWK, as, "verify")
			p := params(t, subtle.OpVerify, e.Algorithm, values{"hash": e.Hash})
			dot := strings.LastIndexByte(e.JWS, '.')
			signature, err := base64.RawURLEncoding.DecodeString(e.JWS[dot+1:])
			require.NoError(t, err)
			good, err := subtle.Verify(p, key, signature, []byte(e.JWS[:dot]))
			require.NoError(t, err)
			require.True(t, good)
			for _, bad := range [][]byte{nil, signature[1:], append([]byte{1}, signature...), append(append([]byte{}, signature[:8]...), make([]byte, len(signature)-8)...)} {
				good, err = subtle.Verify(p, key, bad, []byte(e.JWS[:dot]))
				require.NoError(t, err)
				require.False(t, good)
			}
			good, err = subtle.Verify(p, key, signature, []byte(e.JWS[:dot]+" "))
			require.NoError(t, err)
			require.False(t, good)
		})
	}
}

// RFC 6979, A.2.5, with SHA-256 and the message "sample".
func TestECDSAOfRFC6979(t *testing.T) {
	t.Parallel()
	point := unhex(t, "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
	signature := unhex(t, "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
	key := importRaw(t, "ECDSA", point, values{"namedCurve": "P-256"}, "verify")
	good, err := subtle.Verify(params(t, subtle.OpVerify, "ECDSA", values{"hash": "SHA-256"}), key, signature, []byte("sample"))
	require.NoError(t, err)
	require.True(t, good)
}

// RFC 8032, 7.1, test 2: Ed25519 is deterministic, so that signing can be compared too.
func TestEd25519OfRFC8032(t *testing.T) {
	t.Parallel()
	seed := unhex(t, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
	pkcs8 := append(unhex(t, "302e020100300506032b657004220420"), seed...) // RFC 8410, 7
	key, err := subtle.ImportKey(subtle.FormatPKCS8, subtle.KeyData{Raw: pkcs8}, params(t, subtle.OpImport, "Ed25519", nil), false, usages(t, "sign"))
	require.NoError(t, err)
	signature, err := subtle.Sign(params(t, subtle.OpSign, "Ed25519", nil), key, []byte{0x72})
	require.NoError(t, err)
	require.Equal(t, unhex(t, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"), signature)
}

// RFC 7748, 6.1.
func TestX25519OfRFC7748(t *testing.T) {
	t.Parallel()
	pkcs8 := append(unhex(t, "302e020100300506032b656e04220420"), unhex(t, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")...)
	own, err := subtle.ImportKey(subtle.FormatPKCS8, subtle.KeyData{Raw: pkcs8}, params(t, subtle.OpImport, "X25519", nil), false, usages(t, "deriveBits"))
	require.NoError(t, err)
	other := importRaw(t, "X25519", unhex(t, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"), nil)
	secret, err := subtle.DeriveBits(params(t, subtle.OpDeriveBits, "X25519", values{"public": other}), own, subtle.Number{}, plenty)
	require.NoError(t, err)
	require.Equal(t, unhex(t, "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"), secret)

	zero := importRaw(t, "X25519", make([]byte, 32), nil)
	_, err = subtle.DeriveBits(params(t, subtle.OpDeriveBits, "X25519", values{"public": zero}), own, subtle.Number{}, plenty)
	requireName(t, subtle.OperationError, err)
}

// The content of the JSON Web Encryption of RFC 7516, A.1: RSA-OAEP wraps the key of AES-GCM.
func TestEncryptionOfRFC7516(t *testing.T) {
	t.Parallel()
	var example struct {
		JWK            json.RawMessage
		JWE, Plaintext string
	}
	load(t, "rfc7516.json", &example)
	parts := strings.Split(example.JWE, ".")
	raw := make([]octets, len(parts))
	for i, part := range parts {
		require.NoError(t, raw[i].UnmarshalText([]byte(part)))
	}
	rsa := importJWK(t, "RSA-OAEP", example.JWK, values{"hash": "SHA-1"}, "unwrapKey")
	key, err := subtle.UnwrapKey(subtle.FormatRaw, raw[1], rsa, params(t, subtle.OpUnwrap, "RSA-OAEP", nil), params(t, subtle.OpImport, "AES-GCM", nil), false, usages(t, "decrypt"))
	require.NoError(t, err)
	p := params(t, subtle.OpDecrypt, "AES-GCM", values{"iv": []byte(raw[2]), "additionalData": []byte(parts[0])})
	plain, err := subtle.Decrypt(p, key, append(append([]byte{}, raw[3]...), raw[4]...))
	require.NoError(t, err)
	require.Equal(t, example.Plaintext, string(plain))
}
