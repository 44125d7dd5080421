// Package nodecrypto does the work of the crypto module of Node.js, as far as libraries for tokens and sign-ins use it: hashes, keys, signatures, ciphers and key derivation, in bytes. The module itself,
// with the forms of its arguments, is JavaScript. Unlike the Web Cryptography API, which is package subtle, it has MD5 and SHA-1, PEM, and state that data is added to.
//
// What it is given is the action's and may be hostile: sizes are bounded, and what takes long asks a [Budget].
package nodecrypto

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/md5" // the hash functions that NewHash makes
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha3"
	_ "crypto/sha512"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"
)

// Error is what is wrong with a call. The text is for the action's author.
type Error struct {
	Code    string // as in Node.js, for example ERR_OSSL_BAD_DECRYPT
	Message string
}

func (e *Error) Error() string { return e.Message }

func fail(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Budget is the time that a call may still compute.
type Budget func() time.Duration

var functions = map[string]crypto.Hash{
	"md5": crypto.MD5, "sha1": crypto.SHA1, "sha224": crypto.SHA224, "sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512,
	"sha512-224": crypto.SHA512_224, "sha512-256": crypto.SHA512_256,
	"sha3-224": crypto.SHA3_224, "sha3-256": crypto.SHA3_256, "sha3-384": crypto.SHA3_384, "sha3-512": crypto.SHA3_512,
}

// Hashes are the names of the hash functions, sorted.
func Hashes() []string { return slices.Sorted(maps.Keys(functions)) }

// function finds a hash function. OpenSSL has many names for each: RSA-SHA256, sha-256 and SHA256 are one.
func function(name string) (crypto.Hash, error) {
	plain := strings.TrimPrefix(strings.ToLower(name), "rsa-")
	if digits, ok := strings.CutPrefix(plain, "sha-"); ok {
		plain = "sha" + digits
	}
	if f, ok := functions[strings.ReplaceAll(plain, "/", "-")]; ok {
		return f, nil
	}
	return 0, fail("ERR_OSSL_EVP_UNSUPPORTED", "Digest method not supported")
}

// NewHash returns the state of a hash function. It can be cloned.
func NewHash(name string) (hash.Hash, error) {
	f, err := function(name)
	if err != nil {
		return nil, err
	}
	return f.New(), nil
}

// NewMAC returns the state of HMAC with a hash function. It can be cloned.
func NewMAC(name string, key []byte) (hash.Hash, error) {
	f, err := function(name)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %q", name)
	}
	return hmac.New(f.New, key), nil
}
