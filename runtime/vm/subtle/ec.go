package subtle

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
)

// curve is one of the NIST curves, with the JSON Web Algorithm that signs on it.
func curve(name string) (c elliptic.Curve, alg string, err error) {
	switch name {
	case "P-256":
		return elliptic.P256(), "ES256", nil
	case "P-384":
		return elliptic.P384(), "ES384", nil
	case "P-521":
		return elliptic.P521(), "ES512", nil
	}
	return nil, "", fail(NotSupportedError, "unknown namedCurve")
}

// width is the length of a coordinate or scalar in bytes.
func width(c elliptic.Curve) int { return (c.Params().BitSize + 7) / 8 }

func ecGenerate(p *Params, _ Budget) (*Key, error) {
	c, _, err := curve(p.curve)
	if err != nil {
		return nil, err
	}
	private, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		return nil, fail(OperationError, "no key was made")
	}
	return ecKey(p, private, Private), nil
}

func ecKey(p *Params, material any, kind KeyType) *Key {
	return &Key{of: p.algorithm, Type: kind, Algorithm: KeyAlgorithm{Name: p.name, NamedCurve: p.curve}, material: material}
}

func ecLoad(p *Params, format Format, data KeyData) (*Key, error) {
	c, alg, err := curve(p.curve)
	if err != nil {
		return nil, err
	}
	var material any
	switch format {
	case FormatRaw:
		material, err = parsePoint(c, data.Raw)
	case FormatSPKI:
		material, err = parseSPKI(data.Raw)
	case FormatPKCS8:
		material, err = parsePKCS8(data.Raw)
	case FormatJWK:
		if p.algorithm.signs() {
			err = data.JWK.expectAlg(alg)
		}
		if err == nil {
			material, err = ecFromJWK(c, data.JWK)
		}
	default:
		return nil, noFormat(p.name, format)
	}
	if err != nil {
		return nil, err
	}
	switch m := material.(type) {
	case *ecdsa.PublicKey:
		if m.Curve == c {
			return ecKey(p, m, Public), nil
		}
	case *ecdsa.PrivateKey:
		if m.Curve == c {
			return ecKey(p, m, Private), nil
		}
	}
	return nil, fail(DataError, "the key is not on the curve %s", p.curve)
}

func parsePoint(c elliptic.Curve, raw []byte) (*ecdsa.PublicKey, error) {
	key, err := ecdsa.ParseUncompressedPublicKey(c, raw)
	if err != nil {
		return nil, fail(DataError, "the data is not an uncompressed point of the curve")
	}
	return key, nil
}

func ecFromJWK(c elliptic.Curve, j *JWK) (any, error) {
	if err := j.expectType("EC"); err != nil {
		return nil, err
	}
	if j.Crv == nil || *j.Crv != c.Params().Name {
		return nil, fail(DataError, "crv must be %q", c.Params().Name)
	}
	n := width(c)
	x, err := fixedMember("x", j.X, n)
	if err != nil {
		return nil, err
	}
	y, err := fixedMember("y", j.Y, n)
	if err != nil {
		return nil, err
	}
	public, err := parsePoint(c, append(append([]byte{4}, x...), y...))
	if err != nil || j.D == nil {
		return public, err
	}
	d, err := fixedMember("d", j.D, n)
	if err != nil {
		return nil, err
	}
	private, err := ecdsa.ParseRawPrivateKey(c, d)
	if err != nil || !private.PublicKey.Equal(public) {
		return nil, fail(DataError, "d is not the private key of x and y")
	}
	return private, nil
}

// fixedMember reads a member of exactly n bytes.
func fixedMember(name string, value *string, n int) ([]byte, error) {
	raw, err := decodeMember(name, value, n)
	if err == nil && len(raw) != n {
		err = fail(DataError, "%s must have %d bytes", name, n)
	}
	return raw, err
}

func ecStore(key *Key, format Format) (KeyData, error) {
	public, isPublic := key.material.(*ecdsa.PublicKey)
	private, _ := key.material.(*ecdsa.PrivateKey)
	if !isPublic {
		public = &private.PublicKey
	}
	point, err := public.Bytes()
	switch {
	case err != nil:
		return KeyData{}, fail(OperationError, "the key cannot be exported")
	case format == FormatRaw && isPublic:
		return KeyData{Raw: point}, nil
	case format != FormatJWK:
		return storeDER(key, format)
	}
	n := width(public.Curve)
	j := &JWK{Kty: text("EC"), Crv: text(key.Algorithm.NamedCurve), X: encode(point[1 : 1+n]), Y: encode(point[1+n:])}
	if !isPublic {
		d, err := private.Bytes()
		if err != nil {
			return KeyData{}, fail(OperationError, "the key cannot be exported")
		}
		j.D = encode(d)
	}
	return KeyData{JWK: j}, nil
}

func ecdsaSign(p *Params, key *Key, data []byte) ([]byte, error) {
	if err := p.hash.forSignatures(); err != nil {
		return nil, err
	}
	private := key.material.(*ecdsa.PrivateKey)
	r, s, err := ecdsa.Sign(rand.Reader, private, p.hash.sum(data))
	if err != nil {
		return nil, fail(OperationError, "the key cannot sign")
	}
	n := width(private.Curve)
	signature := make([]byte, 2*n)
	r.FillBytes(signature[:n])
	s.FillBytes(signature[n:])
	return signature, nil
}

func ecdsaVerify(p *Params, key *Key, signature, data []byte) (bool, error) {
	if err := p.hash.forSignatures(); err != nil {
		return false, err
	}
	public := key.material.(*ecdsa.PublicKey)
	n := width(public.Curve)
	if len(signature) != 2*n {
		return false, nil
	}
	r, s := new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])
	return ecdsa.Verify(public, p.hash.sum(data), r, s), nil
}
