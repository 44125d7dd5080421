package nodecrypto

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// jwk are the members of a JSON Web Key that make up an asymmetric key (RFC 7518, section 6; RFC 8037).
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	D   string `json:"d,omitempty"`
	P   string `json:"p,omitempty"`
	Q   string `json:"q,omitempty"`
	DP  string `json:"dp,omitempty"`
	DQ  string `json:"dq,omitempty"`
	QI  string `json:"qi,omitempty"`
}

var errJWK = fail("ERR_CRYPTO_INVALID_JWK", "Invalid JWK data")

// ParseJWK reads a key from the JSON of a JSON Web Key. The private part is read if there is one and it is wanted.
func ParseJWK(text []byte, private bool) (*Key, error) {
	var j jwk
	if len(text) > maxEncoded || json.Unmarshal(text, &j) != nil || private && j.D == "" {
		return nil, errJWK
	}
	var parsed any
	var err error
	switch j.Kty {
	case "RSA":
		parsed, err = j.rsa(private)
	case "EC":
		parsed, err = j.ec(private)
	case "OKP":
		parsed, err = j.okp(private)
	default:
		err = errJWK
	}
	if err != nil {
		return nil, errJWK
	}
	return newKey(parsed)
}

func (j *jwk) rsa(private bool) (any, error) {
	n, e := integer(j.N), integer(j.E)
	if n.BitLen() == 0 || n.BitLen() > maxModulus || e.BitLen() > 31 || e.Sign() == 0 {
		return nil, errJWK
	}
	public := rsa.PublicKey{N: n, E: int(e.Int64())}
	if !private {
		return &public, nil
	}
	key := &rsa.PrivateKey{PublicKey: public, D: integer(j.D), Primes: []*big.Int{integer(j.P), integer(j.Q)}}
	if key.D.BitLen() > maxModulus || key.Primes[0].BitLen() > maxModulus || key.Primes[1].BitLen() > maxModulus {
		return nil, errJWK
	}
	if err := key.Validate(); err != nil {
		return nil, err
	}
	key.Precompute()
	return key, nil
}

func (j *jwk) ec(private bool) (any, error) {
	curve, ok := curveOf(j.Crv)
	if !ok {
		return nil, errJWK
	}
	size := (curve.Params().BitSize + 7) / 8
	x, y := decode(j.X), decode(j.Y)
	if len(x) != size || len(y) != size {
		return nil, errJWK
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
	if err != nil || !private {
		return public, err
	}
	key, err := ecdsa.ParseRawPrivateKey(curve, decode(j.D))
	if err != nil || !key.PublicKey.Equal(public) {
		return nil, errJWK
	}
	return key, nil
}

func (j *jwk) okp(private bool) (any, error) {
	x := decode(j.X)
	if j.Crv != "Ed25519" || len(x) != ed25519.PublicKeySize {
		return nil, errJWK
	}
	if !private {
		return ed25519.PublicKey(x), nil
	}
	seed := decode(j.D)
	if len(seed) != ed25519.SeedSize {
		return nil, errJWK
	}
	key := ed25519.NewKeyFromSeed(seed)
	if !ed25519.PublicKey(x).Equal(key.Public()) {
		return nil, errJWK
	}
	return key, nil
}

// JWK writes a key as a JSON Web Key.
func (k *Key) JWK() ([]byte, error) {
	j := jwk{}
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		j = jwk{Kty: "RSA", N: encode(public.N.Bytes()), E: encode(big.NewInt(int64(public.E)).Bytes())}
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			return nil, errJWK
		}
		half := len(point) / 2
		j = jwk{Kty: "EC", Crv: public.Curve.Params().Name, X: encode(point[1 : 1+half]), Y: encode(point[1+half:])}
	case ed25519.PublicKey:
		j = jwk{Kty: "OKP", Crv: "Ed25519", X: encode(public)}
	}
	switch private := k.private.(type) {
	case *rsa.PrivateKey:
		if len(private.Primes) != 2 {
			return nil, errJWK
		}
		c := private.Precomputed
		j.D, j.P, j.Q = encode(private.D.Bytes()), encode(private.Primes[0].Bytes()), encode(private.Primes[1].Bytes())
		j.DP, j.DQ, j.QI = encode(c.Dp.Bytes()), encode(c.Dq.Bytes()), encode(c.Qinv.Bytes())
	case *ecdsa.PrivateKey:
		scalar, err := private.Bytes()
		if err != nil {
			return nil, errJWK
		}
		j.D = encode(scalar)
	case ed25519.PrivateKey:
		j.D = encode(private.Seed())
	}
	return json.Marshal(j)
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// decode returns nothing for what is not base64url.
func decode(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return raw
}

func integer(text string) *big.Int { return new(big.Int).SetBytes(decode(text)) }
