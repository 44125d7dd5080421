package subtle

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
)

const okpBytes = 32 // of each of the four kinds of keys

func (a *algorithm) signs() bool { return a.sign != nil }

func okpGenerate(p *Params, _ Budget) (*Key, error) {
	var material any
	var err error
	if p.algorithm.signs() {
		_, material, err = ed25519.GenerateKey(rand.Reader)
	} else {
		material, err = ecdh.X25519().GenerateKey(rand.Reader)
	}
	if err != nil {
		return nil, fail(OperationError, "no key was made")
	}
	return okpKey(p, material)
}

// okpKey makes a key of material, if that is for the algorithm.
func okpKey(p *Params, material any) (*Key, error) {
	kind, signs := Private, false
	switch material.(type) {
	case ed25519.PublicKey:
		kind, signs = Public, true
	case ed25519.PrivateKey:
		signs = true
	case *ecdh.PublicKey:
		kind = Public
	case *ecdh.PrivateKey:
	default:
		return nil, fail(DataError, "the key is not for %s", p.name)
	}
	if signs != p.algorithm.signs() {
		return nil, fail(DataError, "the key is not for %s", p.name)
	}
	return &Key{of: p.algorithm, Type: kind, Algorithm: KeyAlgorithm{Name: p.name}, material: material}, nil
}

func okpLoad(p *Params, format Format, data KeyData) (*Key, error) {
	var material any
	var err error
	switch format {
	case FormatRaw:
		material, err = okpPublic(p, data.Raw)
	case FormatSPKI:
		material, err = parseSPKI(data.Raw)
	case FormatPKCS8:
		material, err = parsePKCS8(data.Raw)
	case FormatJWK:
		material, err = okpFromJWK(p, data.JWK)
	default:
		return nil, noFormat(p.name, format)
	}
	if err != nil {
		return nil, err
	}
	return okpKey(p, material)
}

func okpPublic(p *Params, raw []byte) (any, error) {
	if len(raw) != okpBytes {
		return nil, fail(DataError, "the key must have %d bytes", okpBytes)
	}
	if p.algorithm.signs() {
		return ed25519.PublicKey(append([]byte{}, raw...)), nil
	}
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fail(DataError, "the data is not a public key")
	}
	return key, nil
}

func okpFromJWK(p *Params, j *JWK) (any, error) {
	if err := j.expectType("OKP"); err != nil {
		return nil, err
	}
	if j.Crv == nil || *j.Crv != p.name {
		return nil, fail(DataError, "crv must be %q", p.name)
	}
	if p.algorithm.signs() {
		if err := j.expectAlg("EdDSA", "Ed25519"); err != nil {
			return nil, err
		}
	}
	x, err := fixedMember("x", j.X, okpBytes)
	if err != nil {
		return nil, err
	}
	public, err := okpPublic(p, x)
	if err != nil || j.D == nil {
		return public, err
	}
	d, err := fixedMember("d", j.D, okpBytes)
	if err != nil {
		return nil, err
	}
	var private any = ed25519.NewKeyFromSeed(d)
	if !p.algorithm.signs() {
		if private, err = ecdh.X25519().NewPrivateKey(d); err != nil {
			return nil, fail(DataError, "d is not a private key")
		}
	}
	if string(okpBytesOf(publicMaterial(private))) != string(x) {
		return nil, fail(DataError, "d is not the private key of x")
	}
	return private, nil
}

// okpBytesOf is a key as RFC 8032 and RFC 7748 write it.
func okpBytesOf(material any) []byte {
	switch m := material.(type) {
	case ed25519.PublicKey:
		return m
	case ed25519.PrivateKey:
		return m.Seed()
	case *ecdh.PublicKey:
		return m.Bytes()
	case *ecdh.PrivateKey:
		return m.Bytes()
	}
	panic("subtle: not an octet key")
}

func okpStore(key *Key, format Format) (KeyData, error) {
	switch {
	case format == FormatRaw && key.Type == Public:
		return KeyData{Raw: append([]byte{}, okpBytesOf(key.material)...)}, nil
	case format != FormatJWK:
		return storeDER(key, format)
	}
	j := &JWK{Kty: text("OKP"), Crv: text(key.Algorithm.Name)}
	if key.Type == Public {
		j.X = encode(okpBytesOf(key.material))
	} else {
		j.X, j.D = encode(okpBytesOf(publicMaterial(key.material))), encode(okpBytesOf(key.material))
	}
	return KeyData{JWK: j}, nil
}

func edSign(_ *Params, key *Key, data []byte) ([]byte, error) {
	return ed25519.Sign(key.material.(ed25519.PrivateKey), data), nil
}

func edVerify(_ *Params, key *Key, signature, data []byte) (bool, error) {
	return ed25519.Verify(key.material.(ed25519.PublicKey), data, signature), nil
}

// publicMaterial is the public half of a private key's material.
func publicMaterial(private any) any {
	switch m := private.(type) {
	case *rsa.PrivateKey:
		return &m.PublicKey
	case *ecdsa.PrivateKey:
		return &m.PublicKey
	case ed25519.PrivateKey:
		return m.Public().(ed25519.PublicKey)
	case *ecdh.PrivateKey:
		return m.PublicKey()
	}
	panic("subtle: not a private key")
}
