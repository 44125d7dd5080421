package subtle

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JWK is a JSON Web Key (RFC 7517 and 7518). A member that is missing is nil.
type JWK struct {
	Alg    *string          `json:"alg,omitzero"`
	Crv    *string          `json:"crv,omitzero"`
	D      *string          `json:"d,omitzero"`
	Dp     *string          `json:"dp,omitzero"`
	Dq     *string          `json:"dq,omitzero"`
	E      *string          `json:"e,omitzero"`
	Ext    *bool            `json:"ext,omitzero"`
	K      *string          `json:"k,omitzero"`
	KeyOps []string         `json:"key_ops,omitzero"`
	Kty    *string          `json:"kty,omitzero"`
	N      *string          `json:"n,omitzero"`
	Oth    []jsontext.Value `json:"oth,omitzero"` // further primes, which are not supported: that they are there is all that counts
	P      *string          `json:"p,omitzero"`
	Q      *string          `json:"q,omitzero"`
	Qi     *string          `json:"qi,omitzero"`
	Use    *string          `json:"use,omitzero"`
	X      *string          `json:"x,omitzero"`
	Y      *string          `json:"y,omitzero"`
}

// Texts are the members that are strings, by name, with where each is kept.
func (j *JWK) Texts() map[string]**string {
	return map[string]**string{
		"alg": &j.Alg, "crv": &j.Crv, "d": &j.D, "dp": &j.Dp, "dq": &j.Dq, "e": &j.E, "k": &j.K, "kty": &j.Kty, "n": &j.N,
		"p": &j.P, "q": &j.Q, "qi": &j.Qi, "use": &j.Use, "x": &j.X, "y": &j.Y,
	}
}

// FurtherPrimes notes that the key has the member oth, whatever is in it.
func (j *JWK) FurtherPrimes() { j.Oth = []jsontext.Value{} }

// parseJWK reads a key that was wrapped. Names are compared exactly, and none may be there twice.
func parseJWK(raw []byte) (*JWK, error) {
	j := &JWK{}
	if err := json.Unmarshal(raw, j); err != nil || j.Kty == nil {
		return nil, fail(DataError, "the data is not a JSON Web Key")
	}
	return j, nil
}

func (j *JWK) marshal() ([]byte, error) { return json.Marshal(j) }

// checkFor checks what a key says of itself against what it is imported for. use is the one that the algorithm has.
func (j *JWK) checkFor(use string, extractable bool, usages Usages) error {
	if j.Use != nil && usages != 0 && *j.Use != use {
		return fail(DataError, "use must be %q", use)
	}
	if j.KeyOps != nil {
		seen := map[string]bool{}
		for _, op := range j.KeyOps {
			if seen[op] {
				return fail(DataError, "key_ops has a value twice") // RFC 7517, section 4.3
			}
			seen[op] = true
		}
		for _, name := range usages.Names() {
			if !seen[name] {
				return fail(DataError, "key_ops does not allow %s", name)
			}
		}
	}
	if j.Ext != nil && !*j.Ext && extractable {
		return fail(DataError, "ext forbids that the key is extractable")
	}
	return nil
}

func (j *JWK) expectType(kty string) error {
	if j.Kty == nil || *j.Kty != kty {
		return fail(DataError, "kty must be %q", kty)
	}
	return nil
}

// expectAlg checks the algorithm of a key that names one.
func (j *JWK) expectAlg(names ...string) error {
	if j.Alg != nil && !slices.Contains(names, *j.Alg) {
		return fail(DataError, "alg must be %q", names[0])
	}
	return nil
}

var strictBase64 = base64.RawURLEncoding.Strict()

// decodeMember reads a member that is base64url without padding, of at most so many bytes.
func decodeMember(name string, value *string, most int) ([]byte, error) {
	if value == nil {
		return nil, fail(DataError, "%s is missing", name)
	}
	if len(*value) > strictBase64.EncodedLen(most) {
		return nil, fail(DataError, "%s is too long", name)
	}
	raw, err := strictBase64.DecodeString(*value)
	if err != nil || strings.ContainsAny(*value, "\r\n") { // Go skips these
		return nil, fail(DataError, "%s is not base64url", name)
	}
	return raw, nil
}

func encode(raw []byte) *string { return text(strictBase64.EncodeToString(raw)) }

func text(s string) *string { return &s }
