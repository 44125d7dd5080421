package subtle

import (
	"crypto"
	_ "crypto/sha1" // for HMAC, key derivation, OAEP and digest
	_ "crypto/sha256"
	_ "crypto/sha512"
	"hash"
)

// Hash is the standard's name of a hash function, for example SHA-256.
type Hash string

const sha1 Hash = "SHA-1"

func (h Hash) function() crypto.Hash {
	switch h {
	case sha1:
		return crypto.SHA1
	case "SHA-256":
		return crypto.SHA256
	case "SHA-384":
		return crypto.SHA384
	case "SHA-512":
		return crypto.SHA512
	}
	return 0
}

func (h Hash) new() hash.Hash { return h.function().New() }

func (h Hash) sum(data []byte) []byte {
	state := h.new()
	state.Write(data)
	return state.Sum(nil)
}

// bits are the digits in the names of JSON Web Algorithms: the 256 of HS256.
func (h Hash) bits() string { return string(h[len("SHA-"):]) }

// forSignatures refuses SHA-1: collisions can be made, and so signatures that fit two texts.
func (h Hash) forSignatures() error {
	if h == sha1 {
		return fail(NotSupportedError, "SHA-1 is not supported for signatures")
	}
	return nil
}
