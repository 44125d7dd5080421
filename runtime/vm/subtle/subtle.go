// Package subtle is the cryptography behind crypto.subtle: keys, algorithms, and their import and export, as the Web Cryptography API (W3C) defines them, on Go's standard library.
// It knows nothing of JavaScript; package vm binds it.
//
// An operation begins with [Normalize], which says what parameters the named algorithm takes; the caller fills them in and hands the [Params] to a function such as [Sign]. A
// [Key] says what may be done with it, and every operation holds to that. Errors are of type *[Error] and carry the names that the standard gives them.
//
// What is not offered: signatures with SHA-1, RSA keys below 1,024 bits or above [maxModulus], compressed points, RSA keys of more than two primes, and PSS without salt.
package subtle

import (
	"fmt"
	"time"
)

// ErrorName is the name that the standard gives an error.
type ErrorName string

// The names of errors.
const (
	NotSupportedError  ErrorName = "NotSupportedError"  // the algorithm, or this operation with it, does not exist here
	SyntaxError        ErrorName = "SyntaxError"        // a required usage is missing, or one is not of this algorithm
	InvalidAccessError ErrorName = "InvalidAccessError" // the key is not for this operation
	DataError          ErrorName = "DataError"          // key material that is malformed or contradicts its parameters
	OperationError     ErrorName = "OperationError"     // the operation itself could not be done
	TypeError          ErrorName = "TypeError"          // an argument of the wrong form
)

// Error is why an operation was refused. The message never has key material in it.
type Error struct {
	Name    ErrorName
	Message string
}

func (e *Error) Error() string { return string(e.Name) + ": " + e.Message }

func fail(name ErrorName, format string, args ...any) *Error {
	return &Error{Name: name, Message: fmt.Sprintf(format, args...)}
}

// Budget says how much CPU time is left. Operations that can take long ask it now and then, and give up when it is zero or less, because nothing else can end a call of Go code.
type Budget func() time.Duration

// Op is an operation that an algorithm may have.
type Op string

// The operations.
const (
	OpDigest     Op = "digest"
	OpEncrypt    Op = "encrypt"
	OpDecrypt    Op = "decrypt"
	OpSign       Op = "sign"
	OpVerify     Op = "verify"
	OpDeriveBits Op = "deriveBits"
	OpWrap       Op = "wrapKey"
	OpUnwrap     Op = "unwrapKey"
	OpGenerate   Op = "generateKey"
	OpImport     Op = "importKey"
	OpKeyLength  Op = "get key length" // of a key to be derived
)

// Digest hashes data.
func Digest(p *Params, data []byte) []byte {
	h := Hash(p.name).new()
	h.Write(data)
	return h.Sum(nil)
}

// Sign signs data, or makes its message authentication code. An ECDSA signature is r and s in their full length, one after the other.
func Sign(p *Params, key *Key, data []byte) ([]byte, error) {
	if err := key.allow(p, UsageSign); err != nil {
		return nil, err
	}
	return p.algorithm.sign(p, key, data)
}

// Verify says whether a signature of data is good. A malformed one is not good, and no error.
func Verify(p *Params, key *Key, signature, data []byte) (bool, error) {
	if err := key.allow(p, UsageVerify); err != nil {
		return false, err
	}
	return p.algorithm.verify(p, key, signature, data)
}

// Encrypt encrypts data.
func Encrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	if err := key.allow(p, UsageEncrypt); err != nil {
		return nil, err
	}
	return p.algorithm.encrypt(p, key, data)
}

// Decrypt decrypts data. Whatever is wrong with it is the same OperationError.
func Decrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	if err := key.allow(p, UsageDecrypt); err != nil {
		return nil, err
	}
	return p.algorithm.decrypt(p, key, data)
}

var errDecrypt = &Error{OperationError, "the data cannot be decrypted"}
