package nodecrypto

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Options are the options of a signature; zero means the usual.
type Options struct {
	Padding    int  // of RSA: 1 for PKCS #1 v1.5, 6 for PSS
	SaltLength int  // of PSS: in bytes, -1 for the hash's length, -2 for the longest when signing and for any when verifying
	P1363      bool // an ECDSA signature is r and s in their full length instead of DER
}

const paddingPKCS1, paddingPSS = 1, 6

// Sign signs data with a private key. The algorithm is the hash function's name; with Ed25519 it is empty.
func Sign(algorithm string, data []byte, k *Key, o Options) ([]byte, error) {
	if k.private == nil {
		return nil, fail("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", "Invalid key object type public, expected private.")
	}
	f, digest, err := k.digest(algorithm, data)
	if err != nil {
		return nil, err
	}
	var signature []byte
	switch key := k.private.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, data), nil
	case *ecdsa.PrivateKey:
		if signature, err = ecdsa.SignASN1(rand.Reader, key, digest); err == nil && o.P1363 {
			return toP1363(signature, key.Curve.Params().BitSize)
		}
	case *rsa.PrivateKey:
		var pss *rsa.PSSOptions
		if pss, err = o.pss(); err != nil {
			return nil, err
		} else if pss != nil {
			signature, err = rsa.SignPSS(rand.Reader, key, f, digest, pss)
		} else {
			signature, err = rsa.SignPKCS1v15(rand.Reader, key, f, digest)
		}
	}
	if err != nil {
		return nil, fail("ERR_OSSL_SIGN", "the key cannot sign with this hash function and padding")
	}
	return signature, nil
}

// Verify says whether a signature of data is good. A malformed one is not good, and no error.
func Verify(algorithm string, data []byte, k *Key, signature []byte, o Options) (bool, error) {
	f, digest, err := k.digest(algorithm, data)
	if err != nil {
		return false, err
	}
	switch key := k.public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, data, signature), nil
	case *ecdsa.PublicKey:
		if o.P1363 {
			if signature, err = fromP1363(signature, key.Curve.Params().BitSize); err != nil {
				return false, nil //nolint:nilerr // not good
			}
		}
		return ecdsa.VerifyASN1(key, digest, signature), nil
	case *rsa.PublicKey:
		pss, err := o.pss()
		if err != nil {
			return false, err
		}
		if pss != nil {
			return rsa.VerifyPSS(key, f, digest, signature, pss) == nil, nil
		}
		return rsa.VerifyPKCS1v15(key, f, digest, signature) == nil, nil
	}
	return false, nil
}

func (k *Key) digest(algorithm string, data []byte) (crypto.Hash, []byte, error) {
	if _, ok := k.public.(ed25519.PublicKey); ok {
		if algorithm != "" {
			return 0, nil, fail("ERR_OSSL_EVP_INVALID_DIGEST", "Ed25519 signs without a digest")
		}
		return 0, nil, nil
	}
	if algorithm == "" {
		algorithm = "sha256" // the default digest of these keys
	}
	f, err := function(algorithm)
	if err != nil {
		return 0, nil, fail("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %q", algorithm)
	}
	h := f.New()
	h.Write(data)
	return f, h.Sum(nil), nil
}

// pss are the options of PSS, or nil for PKCS #1 v1.5. Go takes a length of 0 as a wish for any, and so that is refused.
func (o Options) pss() (*rsa.PSSOptions, error) {
	switch {
	case o.Padding == 0 || o.Padding == paddingPKCS1:
		return nil, nil //nolint:nilnil // no PSS is no error
	case o.Padding != paddingPSS:
		return nil, fail("ERR_OSSL_RSA_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE", "illegal or unsupported padding mode")
	case o.SaltLength == -1:
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}, nil
	case o.SaltLength == -2:
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}, nil
	case o.SaltLength > 0 && o.SaltLength < sha512.Size*16:
		return &rsa.PSSOptions{SaltLength: o.SaltLength}, nil
	}
	return nil, fail("ERR_OSSL_RSA_INVALID_SALT_LENGTH", "the salt's length must be at least 1")
}

func toP1363(der []byte, bits int) ([]byte, error) {
	r, s := new(big.Int), new(big.Int)
	input, inner := cryptobyte.String(der), cryptobyte.String{}
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(r) || !inner.ReadASN1Integer(s) {
		return nil, fail("ERR_OSSL_SIGN", "the signature cannot be written")
	}
	size := (bits + 7) / 8
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out, nil
}

func fromP1363(raw []byte, bits int) ([]byte, error) {
	size := (bits + 7) / 8
	if len(raw) != 2*size {
		return nil, fail("ERR_OSSL_SIGN", "the signature has the wrong length")
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(raw[:size]))
		b.AddASN1BigInt(new(big.Int).SetBytes(raw[size:]))
	})
	return b.Bytes()
}

// Seal encrypts data with RSA-OAEP, and Open decrypts it; the hash function serves both purposes that OAEP has for one.
func Seal(k *Key, hash string, label, data []byte) ([]byte, error) {
	key, isRSA := k.public.(*rsa.PublicKey)
	f, err := function(hash)
	if err != nil || !isRSA {
		return nil, fail("ERR_OSSL_RSA", "the key cannot encrypt with this hash function")
	}
	sealed, err := rsa.EncryptOAEP(f.New(), rand.Reader, key, data, label)
	if err != nil {
		return nil, fail("ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE", "the data is too long for the key")
	}
	return sealed, nil
}

// Open decrypts what [Seal] made.
func Open(k *Key, hash string, label, data []byte) ([]byte, error) {
	key, isRSA := k.private.(*rsa.PrivateKey)
	f, err := function(hash)
	if err != nil || !isRSA {
		return nil, fail("ERR_OSSL_RSA", "the key cannot decrypt with this hash function")
	}
	plain, err := rsa.DecryptOAEP(f.New(), rand.Reader, key, data, label)
	if err != nil {
		return nil, fail("ERR_OSSL_RSA_OAEP_DECODING_ERROR", "oaep decoding error")
	}
	return plain, nil
}
