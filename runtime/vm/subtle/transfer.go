package subtle

import (
	"crypto/x509"
)

// Format is a form of a key outside.
type Format string

// The formats.
const (
	FormatRaw   Format = "raw"
	FormatSPKI  Format = "spki"
	FormatPKCS8 Format = "pkcs8"
	FormatJWK   Format = "jwk"
)

// KeyData is a key outside: a JSON Web Key in that format, else bytes.
type KeyData struct {
	Raw []byte
	JWK *JWK
}

func noFormat(name string, f Format) error {
	return fail(NotSupportedError, "this kind of %s key has no format %s", name, f)
}

// ImportKey makes a key of what it is outside. A secret or private key needs a usage.
func ImportKey(format Format, data KeyData, p *Params, extractable bool, usages Usages) (*Key, error) {
	if (format == FormatJWK) != (data.JWK != nil) {
		return nil, fail(TypeError, "the key data is not of the format %s", format)
	}
	if err := usages.within(p.algorithm.privateUsages | p.algorithm.publicUsages); err != nil {
		return nil, err
	}
	if p.algorithm.store == nil && extractable {
		return nil, fail(SyntaxError, "a key for %s cannot be extractable", p.name)
	}
	key, err := p.algorithm.load(p, format, data)
	if err != nil {
		return nil, err
	}
	allowed := p.algorithm.privateUsages
	if key.Type == Public {
		allowed = p.algorithm.publicUsages
	}
	if err := usages.within(allowed); err != nil {
		return nil, err
	}
	if data.JWK != nil {
		if err := data.JWK.checkFor(p.algorithm.use, extractable, usages); err != nil {
			return nil, err
		}
	}
	if key.Type != Public && usages == 0 {
		return nil, fail(SyntaxError, "a secret or private key needs a usage")
	}
	key.Extractable, key.Usages = extractable, usages
	return key, nil
}

// ExportKey gives the key's material away, if it is extractable.
func ExportKey(format Format, key *Key) (KeyData, error) {
	store := key.of.store
	if store == nil {
		return KeyData{}, fail(NotSupportedError, "a key for %s cannot be exported", key.Algorithm.Name)
	}
	if !key.Extractable {
		return KeyData{}, fail(InvalidAccessError, "the key is not extractable")
	}
	data, err := store(key, format)
	if err == nil && data.JWK != nil {
		data.JWK.KeyOps, data.JWK.Ext = key.Usages.Names(), &key.Extractable
	}
	return data, err
}

// maxDER bounds encoded asymmetric keys, in bytes: a private key of the largest modulus has less than 5,000.
const maxDER = 8 << 10

func parseSPKI(raw []byte) (any, error) {
	if len(raw) > maxDER {
		return nil, fail(DataError, "the key has more than %d bytes", maxDER)
	}
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		return nil, fail(DataError, "the data is not a public key in the format spki")
	}
	return key, nil
}

func parsePKCS8(raw []byte) (any, error) {
	if len(raw) > maxDER {
		return nil, fail(DataError, "the key has more than %d bytes", maxDER)
	}
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		return nil, fail(DataError, "the data is not a private key in the format pkcs8")
	}
	return key, nil
}

// storeDER writes an asymmetric key in the one of the two DER formats that its type has.
func storeDER(key *Key, format Format) (KeyData, error) {
	var raw []byte
	var err error
	switch {
	case format == FormatSPKI && key.Type == Public:
		raw, err = x509.MarshalPKIXPublicKey(key.material)
	case format == FormatPKCS8 && key.Type == Private:
		raw, err = x509.MarshalPKCS8PrivateKey(key.material)
	default:
		return KeyData{}, wrongType(key, format)
	}
	if err != nil {
		return KeyData{}, fail(OperationError, "the key cannot be exported")
	}
	return KeyData{Raw: raw}, nil
}

func wrongType(key *Key, format Format) error {
	if format == FormatRaw && key.Algorithm.ModulusLength != 0 {
		return noFormat(key.Algorithm.Name, format)
	}
	return fail(InvalidAccessError, "a %s key has no format %s", key.Type, format)
}
