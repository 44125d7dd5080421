package nodecrypto

import (
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"
	"time"

	"golang.org/x/crypto/scrypt"
)

// maxDerived bounds what is derived at once, in bytes.
const maxDerived = 1 << 20

func checkLength(length int) error {
	if length < 0 || length > maxDerived {
		return fail("ERR_OUT_OF_RANGE", "The length must be from 0 to %d", maxDerived)
	}
	return nil
}

// HKDF derives length bytes (RFC 5869).
func HKDF(hash string, secret, salt, info []byte, length int) ([]byte, error) {
	f, err := function(hash)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %q", hash)
	}
	if err := checkLength(length); err != nil {
		return nil, err
	}
	out, err := hkdf.Key(f.New, secret, salt, string(info), length)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	return out, nil
}

// turn is how many iterations are made between two looks at the time, about 0.2 ms.
const turn = 1 << 10

var errTime = fail("ERR_TIME", "the CPU time is used up")

// PBKDF2 derives length bytes (RFC 8018, section 5.2). crypto/pbkdf2 does the same, but nothing can end it.
func PBKDF2(hash string, password, salt []byte, iterations, length int, left Budget) ([]byte, error) {
	f, err := function(hash)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %q", hash)
	}
	if err := checkLength(length); err != nil {
		return nil, err
	}
	if iterations < 1 {
		return nil, fail("ERR_OUT_OF_RANGE", "The iterations must be at least 1")
	}
	mac := hmac.New(f.New, password)
	out, u := make([]byte, 0, length+mac.Size()), []byte{}
	made := 0
	for block := uint32(1); len(out) < length; block++ {
		mac.Reset()
		mac.Write(salt)
		mac.Write(binary.BigEndian.AppendUint32(nil, block))
		u = mac.Sum(u[:0])
		t := append([]byte{}, u...)
		for range iterations - 1 {
			if made++; made%turn == 0 && left() <= 0 {
				return nil, errTime
			}
			mac.Reset()
			mac.Write(u)
			u = mac.Sum(u[:0])
			for i := range t {
				t[i] ^= u[i]
			}
		}
		out = append(out, t...)
	}
	return out[:length], nil
}

// Scrypt's bounds: memory, and the time for a block of it, with which the whole is estimated, because nothing can end it.
const (
	maxScrypt   = 64 << 20 // bytes
	scryptBlock = 300 * time.Nanosecond
)

// Scrypt derives length bytes (RFC 7914). It is refused if it needs more than most bytes of memory, or more time than is likely left.
func Scrypt(password, salt []byte, n, r, p, length, most int, left Budget) ([]byte, error) {
	if err := checkLength(length); err != nil {
		return nil, err
	}
	const bound = 1 << 24 // so that the products below do not overflow
	if n < 2 || n&(n-1) != 0 || r < 1 || p < 1 || n > bound || r > 1<<10 || p > 1<<10 {
		return nil, fail("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params")
	}
	if 128*n*r > min(most, maxScrypt) {
		return nil, fail("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded")
	}
	if time.Duration(n*r*p)*scryptBlock > left() {
		return nil, fail("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "scrypt with these parameters takes longer than what is left of the execution's limit")
	}
	out, err := scrypt.Key(password, salt, n, r, p, length)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params")
	}
	return out, nil
}
