package subtle

import (
	"crypto/hmac"
	"crypto/rand"
)

// maxSecret bounds secret keys, in bytes. The standard has no bound; this one is far above any use and keeps a generated key from filling the memory.
const maxSecret = 64 << 10

func hmacSign(_ *Params, key *Key, data []byte) ([]byte, error) {
	mac := hmac.New(key.Algorithm.Hash.new, key.secret())
	mac.Write(data)
	return mac.Sum(nil), nil
}

func hmacVerify(p *Params, key *Key, signature, data []byte) (bool, error) {
	mac, err := hmacSign(p, key, data)
	return hmac.Equal(mac, signature), err // in constant time
}

// hmacLength is the block size of the hash function if no length is given.
func hmacLength(p *Params) (Number, error) {
	if !p.length.Set {
		return Number{Set: true, Value: uint32(p.hash.function().New().BlockSize()) * 8}, nil
	}
	if p.length.Value == 0 {
		return Number{}, fail(TypeError, "the length of a key cannot be 0")
	}
	return p.length, nil
}

func hmacGenerate(p *Params, _ Budget) (*Key, error) {
	length, err := hmacLength(p)
	if err != nil {
		return nil, fail(OperationError, "the length of a key cannot be 0")
	}
	secret, err := randomBits(length)
	if err != nil {
		return nil, err
	}
	return hmacKey(p, secret, int(length.Value)), nil
}

func hmacKey(p *Params, secret []byte, bits int) *Key {
	return &Key{of: p.algorithm, Type: Secret, Algorithm: KeyAlgorithm{Name: p.name, Hash: p.hash, Length: bits}, material: secret}
}

func hmacLoad(p *Params, format Format, data KeyData) (*Key, error) {
	secret, err := loadSecret(p, format, data, p.hash.bits())
	if err != nil {
		return nil, err
	}
	if len(secret) == 0 {
		return nil, fail(DataError, "the key is empty")
	}
	bits := len(secret) * 8
	if p.length.Set {
		if n := int(p.length.Value); n > bits || n <= bits-8 {
			return nil, fail(DataError, "the key has %d bits, not %d", bits, n)
		}
		bits = int(p.length.Value)
		clearTail(secret, bits)
	}
	return hmacKey(p, secret, bits), nil
}

// randomBits are random bytes of which the last may not be whole.
func randomBits(length Number) ([]byte, error) {
	if length.Value > maxSecret*8 {
		return nil, fail(OperationError, "a key can have at most %d bits", maxSecret*8)
	}
	secret := make([]byte, (length.Value+7)/8)
	rand.Read(secret) // never fails
	clearTail(secret, int(length.Value))
	return secret, nil
}

// clearTail clears the bits of the last byte beyond a number of bits.
func clearTail(b []byte, bits int) {
	if unused := len(b)*8 - bits; unused > 0 && len(b) > 0 {
		b[len(b)-1] &^= 1<<unused - 1
	}
}

// loadSecret reads a secret key. A JSON Web Key that names its algorithm must name this one, with the given middle; an empty middle stands for the number of its bits.
func loadSecret(p *Params, format Format, data KeyData, middle string) ([]byte, error) {
	switch format {
	case FormatRaw:
		if len(data.Raw) > maxSecret {
			return nil, fail(DataError, "a key can have at most %d bytes", maxSecret)
		}
		return append([]byte{}, data.Raw...), nil
	case FormatJWK:
	default:
		return nil, noFormat(p.name, format)
	}
	j := data.JWK
	if err := j.expectType("oct"); err != nil {
		return nil, err
	}
	secret, err := decodeMember("k", j.K, maxSecret)
	if err != nil {
		return nil, err
	}
	if middle == "" {
		middle = bitsOf(secret)
	}
	return secret, j.expectAlg(p.algorithm.jwaPrefix + middle + p.algorithm.jwaSuffix)
}

func storeSecret(key *Key, format Format) (KeyData, error) {
	secret := key.secret()
	switch format {
	case FormatRaw:
		return KeyData{Raw: append([]byte{}, secret...)}, nil
	case FormatJWK:
		middle := bitsOf(secret)
		if key.Algorithm.Hash != "" {
			middle = key.Algorithm.Hash.bits()
		}
		a := key.of
		return KeyData{JWK: &JWK{Kty: text("oct"), K: encode(secret), Alg: text(a.jwaPrefix + middle + a.jwaSuffix)}}, nil
	}
	return KeyData{}, noFormat(key.Algorithm.Name, format)
}
