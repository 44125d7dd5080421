package subtle

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"
)

// DeriveBits makes length bits of a key; with no length, as many as the algorithm gives by itself.
func DeriveBits(p *Params, key *Key, length Number, left Budget) ([]byte, error) {
	if err := key.allow(p, UsageDeriveBits); err != nil {
		return nil, err
	}
	return p.algorithm.derive(p, key, length, left)
}

// DeriveKey makes a key, for the algorithm and its parameters in as, of another one. The parameters in as are those of [OpKeyLength].
func DeriveKey(p *Params, key *Key, as *Params, extractable bool, usages Usages, left Budget) (*Key, error) {
	if err := key.allow(p, UsageDeriveKey); err != nil {
		return nil, err
	}
	length, err := as.algorithm.keyLength(as)
	if err != nil {
		return nil, err
	}
	secret, err := p.algorithm.derive(p, key, length, left)
	if err != nil {
		return nil, err
	}
	return ImportKey(FormatRaw, KeyData{Raw: secret}, as, extractable, usages)
}

func anyLength(*Params) (Number, error) { return Number{}, nil }

// loadInput makes a key that others are derived of.
func loadInput(p *Params, format Format, data KeyData) (*Key, error) {
	if format != FormatRaw {
		return nil, noFormat(p.name, format)
	}
	secret, err := loadSecret(p, format, data, "")
	if err != nil {
		return nil, err
	}
	return &Key{of: p.algorithm, Type: Secret, Algorithm: KeyAlgorithm{Name: p.name}, material: secret}, nil
}

// agree is the shared secret of a key and another's public key, for ECDH and X25519.
func agree(p *Params, key *Key, length Number, _ Budget) ([]byte, error) {
	if key.Type != Private || p.public.Type != Public {
		return nil, fail(InvalidAccessError, "a secret is shared between a private key and another's public key")
	}
	if p.public.Algorithm.Name != key.Algorithm.Name || p.public.Algorithm.NamedCurve != key.Algorithm.NamedCurve {
		return nil, fail(InvalidAccessError, "the two keys are not of the same algorithm and curve")
	}
	private, public, err := agreeing(key.material, p.public.material)
	if err != nil {
		return nil, fail(OperationError, "the keys cannot be used")
	}
	secret, err := private.ECDH(public)
	if err != nil {
		return nil, fail(OperationError, "the public key is of small order") // RFC 7748, section 6.1
	}
	if !length.Set {
		return secret, nil
	}
	bits := int(length.Value)
	if bits > len(secret)*8 {
		return nil, fail(OperationError, "the shared secret has only %d bits", len(secret)*8)
	}
	secret = secret[:(bits+7)/8]
	clearTail(secret, bits)
	return secret, nil
}

func agreeing(private, public any) (*ecdh.PrivateKey, *ecdh.PublicKey, error) {
	if own, ok := private.(*ecdh.PrivateKey); ok {
		return own, public.(*ecdh.PublicKey), nil
	}
	own, err := private.(*ecdsa.PrivateKey).ECDH()
	if err != nil {
		return nil, nil, err
	}
	other, err := public.(*ecdsa.PublicKey).ECDH()
	return own, other, err
}

// wholeBytes checks the length of what HKDF and PBKDF2 are to give, and returns it in bytes.
func wholeBytes(length Number) (int, error) {
	switch {
	case !length.Set || length.Value%8 != 0:
		return 0, fail(OperationError, "the length must be given, and be a multiple of 8")
	case length.Value > maxSecret*8:
		return 0, fail(OperationError, "at most %d bits can be derived", maxSecret*8)
	}
	return int(length.Value / 8), nil
}

func hkdfDerive(p *Params, key *Key, length Number, _ Budget) ([]byte, error) {
	n, err := wholeBytes(length)
	if err != nil {
		return nil, err
	}
	out, err := hkdf.Key(p.hash.new, key.secret(), p.salt, string(p.info), n)
	if err != nil {
		return nil, fail(OperationError, "HKDF with %s gives at most %d bits", p.hash, 255*8*p.hash.function().Size())
	}
	return out, nil
}

// pbkdf2Turn is how many iterations are made between two looks at the time, about 0.2 ms.
const pbkdf2Turn = 1 << 10

// pbkdf2Derive follows RFC 8018, section 5.2. crypto/pbkdf2 does the same, but nothing can end it: 2^32 iterations take ten minutes. There is no limit of iterations but the CPU time: the 600,000
// that OWASP recommends for SHA-256 take a fifth of the default limit on a processor with instructions for it.
func pbkdf2Derive(p *Params, key *Key, length Number, left Budget) ([]byte, error) {
	n, err := wholeBytes(length)
	if err != nil {
		return nil, err
	}
	if p.iterations.Value == 0 {
		return nil, fail(OperationError, "iterations must be at least 1")
	}
	mac := hmac.New(p.hash.new, key.secret())
	size := mac.Size()
	out := make([]byte, 0, n+size)
	u := make([]byte, 0, size)
	turn := 0
	for block := uint32(1); len(out) < n; block++ {
		mac.Reset()
		mac.Write(p.salt)
		mac.Write(binary.BigEndian.AppendUint32(nil, block))
		u = mac.Sum(u[:0])
		t := append([]byte{}, u...)
		for range p.iterations.Value - 1 {
			if turn++; turn%pbkdf2Turn == 0 && left() <= 0 {
				return nil, fail(OperationError, "the CPU time is used up")
			}
			mac.Reset()
			mac.Write(u)
			u = mac.Sum(u[:0])
			for j := range t {
				t[j] ^= u[j]
			}
		}
		out = append(out, t...)
	}
	return out[:n], nil
}
