package nodecrypto

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"time"
)

// Bounds of keys: bytes of an encoded one, and bits of a modulus.
const (
	maxEncoded = 64 << 10 // certificates too
	maxModulus = 8192
)

// Key is an asymmetric key. It is immutable.
type Key struct {
	private crypto.Signer    // nil of a public key
	public  crypto.PublicKey // *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
}

// Private says whether k is a private key.
func (k *Key) Private() bool { return k.private != nil }

// Public is the public key that belongs to k.
func (k *Key) Public() *Key { return &Key{public: k.public} }

// Kind is the key's type as Node.js names it: rsa, ec or ed25519.
func (k *Key) Kind() string {
	switch k.public.(type) {
	case *rsa.PublicKey:
		return "rsa"
	case *ecdsa.PublicKey:
		return "ec"
	}
	return "ed25519"
}

// Details are the bits of an RSA key's modulus and the name of an EC key's curve, where there are such.
func (k *Key) Details() (bits int, curve string) {
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen(), ""
	case *ecdsa.PublicKey:
		return 0, curveNames[public.Curve.Params().Name]
	}
	return 0, ""
}

// curveNames are OpenSSL's names of the curves.
var curveNames = map[string]string{"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}

func newKey(parsed any) (*Key, error) {
	k := &Key{}
	switch material := parsed.(type) {
	case *rsa.PrivateKey:
		k.private, k.public = material, &material.PublicKey
	case *ecdsa.PrivateKey:
		k.private, k.public = material, &material.PublicKey
	case ed25519.PrivateKey:
		k.private, k.public = material, material.Public()
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		k.public = material
	default:
		return nil, fail("ERR_OSSL_EVP_UNSUPPORTED", "keys of this kind are not supported")
	}
	if public, ok := k.public.(*rsa.PublicKey); ok && public.N.BitLen() > maxModulus {
		return nil, fail("ERR_OSSL_RSA_MODULUS_TOO_LARGE", "the modulus of the key has more than %d bits", maxModulus)
	}
	if public, ok := k.public.(*ecdsa.PublicKey); ok && curveNames[public.Curve.Params().Name] == "" {
		return nil, fail("ERR_OSSL_EVP_UNSUPPORTED", "keys on this curve are not supported")
	}
	return k, nil
}

var errKey = fail("ERR_OSSL_UNSUPPORTED", "error:1E08010C:DECODER routines::unsupported: the data is not a key that is known here")

// ParseKey reads a key in PEM or DER: PKCS #8, PKCS #1, SEC 1, SPKI, or a certificate. If private is wanted, a public key is an error.
func ParseKey(data []byte, isPEM, private bool) (*Key, error) {
	if len(data) > maxEncoded {
		return nil, fail("ERR_OSSL_UNSUPPORTED", "the key has more than %d bytes", maxEncoded)
	}
	parsed, err := parse(data, isPEM)
	if err != nil {
		return nil, err
	}
	k, err := newKey(parsed)
	if err == nil && private && !k.Private() {
		return nil, errKey
	}
	return k, err
}

func parse(data []byte, isPEM bool) (any, error) {
	if isPEM {
		block, _ := pem.Decode(data)
		if block == nil {
			return nil, errKey
		}
		if block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
			return nil, fail("ERR_OSSL_UNSUPPORTED", "encrypted private keys are not supported; use one without a passphrase, from a secret")
		}
		data = block.Bytes
	}
	if k, err := x509.ParsePKCS8PrivateKey(data); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKIXPublicKey(data); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(data); err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(data); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PublicKey(data); err == nil {
		return k, nil
	}
	if c, err := x509.ParseCertificate(data); err == nil {
		return c.PublicKey, nil
	}
	return nil, errKey
}

// Export writes a key in a form, pkcs8, pkcs1, sec1 or spki, as DER or PEM.
func (k *Key) Export(form string, asPEM bool) ([]byte, error) {
	der, label, err := k.encode(form)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS", "the key cannot be exported as %q", form)
	}
	if asPEM {
		return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}), nil
	}
	return der, nil
}

func (k *Key) encode(form string) (der []byte, label string, err error) {
	switch form {
	case "pkcs8":
		der, err = x509.MarshalPKCS8PrivateKey(k.private)
		return der, "PRIVATE KEY", err
	case "spki":
		der, err = x509.MarshalPKIXPublicKey(k.public)
		return der, "PUBLIC KEY", err
	}
	switch material := k.private.(type) {
	case *rsa.PrivateKey:
		if form == "pkcs1" {
			return x509.MarshalPKCS1PrivateKey(material), "RSA PRIVATE KEY", nil
		}
	case *ecdsa.PrivateKey:
		if form == "sec1" {
			der, err = x509.MarshalECPrivateKey(material)
			return der, "EC PRIVATE KEY", err
		}
	case nil:
		if public, ok := k.public.(*rsa.PublicKey); ok && form == "pkcs1" {
			return x509.MarshalPKCS1PublicKey(public), "RSA PUBLIC KEY", nil
		}
	}
	return nil, "", errKey
}

// searches are how long the search for an RSA key of so many bits may take.
var searches = map[int]time.Duration{2048: 200 * time.Millisecond, 3072: 500 * time.Millisecond, 4096: 800 * time.Millisecond}

// Generate makes a private key. Nothing can end the search for an RSA key, and so one is refused for which too little time is likely left.
func Generate(kind string, bits int, curve string, left Budget) (*Key, error) {
	var made any
	var err error
	switch kind {
	case "rsa", "rsa-pss":
		needs, ok := searches[bits]
		if !ok || needs > left() {
			return nil, fail("ERR_OSSL_RSA_KEY_SIZE", "an RSA key of %d bits cannot be made in the time that is left of the execution's limit", bits)
		}
		made, err = rsa.GenerateKey(rand.Reader, bits)
	case "ec":
		c, ok := curveOf(curve)
		if !ok {
			return nil, fail("ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name")
		}
		made, err = ecdsa.GenerateKey(c, rand.Reader)
	case "ed25519":
		_, made, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fail("ERR_INVALID_ARG_VALUE", "keys of the type %q cannot be made", kind)
	}
	if err != nil {
		return nil, fail("ERR_OSSL_KEY", "the key cannot be made")
	}
	return newKey(made)
}

func curveOf(name string) (elliptic.Curve, bool) {
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		if p := c.Params(); name == p.Name || name == curveNames[p.Name] {
			return c, true
		}
	}
	return nil, false
}
