package subtle

import (
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"time"
)

// The bounds of a modulus, in bits. Below the least, Go refuses to work; at the most, one signature takes some 50 ms, which nothing can interrupt. Keys are generated with 2,048 to 4,096.
const (
	minModulus = 1024
	maxModulus = 8192
)

// keyTime is how much CPU time nine of ten searches for a key stay within, as measured on one core of a server of 2024. The time varies by a factor of ten from one search to the next.
func keyTime(bits uint32) time.Duration {
	switch {
	case bits <= 2048:
		return 100 * time.Millisecond
	case bits <= 3072:
		return 300 * time.Millisecond
	}
	return 800 * time.Millisecond
}

func rsaGenerate(p *Params, left Budget) (*Key, error) {
	bits := p.modulusLength.Value
	if bits < 2048 || bits > 4096 {
		return nil, fail(OperationError, "modulusLength must be from 2048 to 4096")
	}
	if e := new(big.Int).SetBytes(p.exponent); e.Cmp(big.NewInt(65537)) != 0 {
		return nil, fail(OperationError, "publicExponent must be 65537")
	}
	if err := p.forRSA(); err != nil {
		return nil, err
	}
	if need, have := keyTime(bits), left(); have < need {
		return nil, fail(OperationError, "an RSA key of %d bits takes up to %v of CPU time, and %v are left of the execution's limit", bits, need, max(have, 0).Round(time.Millisecond))
	}
	private, err := rsa.GenerateKey(rand.Reader, int(bits))
	if err != nil {
		return nil, fail(OperationError, "no key was found")
	}
	return rsaKeyOf(p, private, &private.PublicKey, Private), nil
}

// forRSA checks the hash function: those algorithms that sign need one without known collisions.
func (p *Params) forRSA() error {
	if p.algorithm.signs() {
		return p.hash.forSignatures()
	}
	return nil
}

func rsaKeyOf(p *Params, material any, public *rsa.PublicKey, kind KeyType) *Key {
	return &Key{of: p.algorithm, Type: kind, material: material, Algorithm: KeyAlgorithm{
		Name: p.name, Hash: p.hash, ModulusLength: public.N.BitLen(), PublicExponent: big.NewInt(int64(public.E)).Bytes(),
	}}
}

func rsaLoad(p *Params, format Format, data KeyData) (*Key, error) {
	if err := p.forRSA(); err != nil {
		return nil, err
	}
	var material any
	var err error
	switch format {
	case FormatSPKI:
		material, err = parseSPKI(data.Raw)
	case FormatPKCS8:
		material, err = parsePKCS8(data.Raw)
	case FormatJWK:
		material, err = rsaFromJWK(p, data.JWK)
	default:
		return nil, noFormat(p.name, format)
	}
	if err != nil {
		return nil, err
	}
	public, kind := (*rsa.PublicKey)(nil), Public
	switch m := material.(type) {
	case *rsa.PublicKey:
		public = m
	case *rsa.PrivateKey:
		if len(m.Primes) != 2 {
			return nil, fail(NotSupportedError, "an RSA key must have two primes")
		}
		public, kind = &m.PublicKey, Private
	default:
		return nil, fail(DataError, "the key is not for RSA")
	}
	return rsaKeyOf(p, material, public, kind), checkRSA(public)
}

func checkRSA(key *rsa.PublicKey) error {
	if bits := key.N.BitLen(); bits < minModulus || bits > maxModulus || key.N.Bit(0) == 0 {
		return fail(DataError, "the modulus must be an odd number of %d to %d bits", minModulus, maxModulus)
	}
	if key.E < 3 || key.E&1 == 0 {
		return fail(DataError, "the public exponent must be an odd number from 3")
	}
	return nil
}

func storeRSA(p *rsa.PublicKey) *JWK {
	return &JWK{Kty: text("RSA"), N: encode(p.N.Bytes()), E: encode(big.NewInt(int64(p.E)).Bytes())}
}

func rsaStore(key *Key, format Format) (KeyData, error) {
	if format != FormatJWK {
		return storeDER(key, format)
	}
	var j *JWK
	switch m := key.material.(type) {
	case *rsa.PublicKey:
		j = storeRSA(m)
	case *rsa.PrivateKey:
		j = storeRSA(&m.PublicKey)
		// As long as the modulus, and its half (RFC 7518, section 6.3.2 and RFC 8017, appendix A.1.2).
		j.D = encode(m.D.FillBytes(make([]byte, m.Size())))
		j.P, j.Q = encode(m.Primes[0].Bytes()), encode(m.Primes[1].Bytes())
		j.Dp, j.Dq, j.Qi = encode(m.Precomputed.Dp.Bytes()), encode(m.Precomputed.Dq.Bytes()), encode(m.Precomputed.Qinv.Bytes())
	}
	j.Alg = text(jwaRSA(key.of, key.Algorithm.Hash))
	return KeyData{JWK: j}, nil
}

// jwaRSA is the name of a JSON Web Algorithm; OAEP has one of its own for SHA-1 and a hyphen before the others (RFC 7518, section 4.1).
func jwaRSA(a *algorithm, h Hash) string {
	switch {
	case a.signs():
		return a.jwaPrefix + h.bits()
	case h == sha1:
		return a.jwaPrefix
	}
	return a.jwaPrefix + "-" + h.bits()
}

func rsaFromJWK(p *Params, j *JWK) (any, error) {
	if err := j.expectType("RSA"); err != nil {
		return nil, err
	}
	if err := j.expectAlg(jwaRSA(p.algorithm, p.hash)); err != nil {
		return nil, err
	}
	var r numbers
	public := rsa.PublicKey{N: r.read("n", j.N)}
	e := r.read("e", j.E)
	if r.err != nil {
		return nil, r.err
	}
	if e.BitLen() > 31 { // of an int32, and of Go
		return nil, fail(DataError, "the public exponent has more than 31 bits")
	}
	public.E = int(e.Int64())
	if err := checkRSA(&public); err != nil || j.D == nil {
		return &public, err
	}
	return rsaPrivateFromJWK(public, j)
}

func rsaPrivateFromJWK(public rsa.PublicKey, j *JWK) (any, error) {
	if j.Oth != nil {
		return nil, fail(NotSupportedError, "an RSA key must have two primes")
	}
	var r numbers
	key := &rsa.PrivateKey{PublicKey: public, D: r.read("d", j.D), Primes: []*big.Int{r.read("p", j.P), r.read("q", j.Q)}}
	dp, dq, qi := r.read("dp", j.Dp), r.read("dq", j.Dq), r.read("qi", j.Qi)
	if r.err != nil {
		return nil, r.err
	}
	key.Precompute()
	if key.Validate() != nil || key.Precomputed.Dp == nil || key.Precomputed.Dp.Cmp(dp) != 0 || key.Precomputed.Dq.Cmp(dq) != 0 || key.Precomputed.Qinv.Cmp(qi) != 0 {
		return nil, fail(DataError, "the members of the private key contradict each other")
	}
	return key, nil
}

// numbers reads members that are numbers, and keeps the first error.
type numbers struct{ err error }

func (r *numbers) read(name string, value *string) *big.Int {
	raw, err := decodeMember(name, value, maxModulus/8)
	if err != nil && r.err == nil {
		r.err = err
	}
	return new(big.Int).SetBytes(raw)
}
