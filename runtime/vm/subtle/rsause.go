package subtle

import (
	"crypto/rand"
	"crypto/rsa"
)

func (k *Key) rsaPrivate() *rsa.PrivateKey { return k.material.(*rsa.PrivateKey) }
func (k *Key) rsaPublic() *rsa.PublicKey   { return k.material.(*rsa.PublicKey) }

func pkcs1Sign(_ *Params, key *Key, data []byte) ([]byte, error) {
	h := key.Algorithm.Hash
	signature, err := rsa.SignPKCS1v15(rand.Reader, key.rsaPrivate(), h.function(), h.sum(data))
	if err != nil {
		return nil, fail(OperationError, "the key cannot sign")
	}
	return signature, nil
}

func pkcs1Verify(_ *Params, key *Key, signature, data []byte) (bool, error) {
	h := key.Algorithm.Hash
	return rsa.VerifyPKCS1v15(key.rsaPublic(), h.function(), h.sum(data), signature) == nil, nil
}

// pssOptions refuses signatures without salt: Go takes 0 as a wish for any length.
func pssOptions(p *Params) (*rsa.PSSOptions, error) {
	if p.saltLength.Value == 0 || p.saltLength.Value > maxModulus/8 {
		return nil, fail(OperationError, "saltLength must be at least 1 and fit into the modulus")
	}
	return &rsa.PSSOptions{SaltLength: int(p.saltLength.Value)}, nil
}

func pssSign(p *Params, key *Key, data []byte) ([]byte, error) {
	options, err := pssOptions(p)
	if err != nil {
		return nil, err
	}
	h := key.Algorithm.Hash
	signature, err := rsa.SignPSS(rand.Reader, key.rsaPrivate(), h.function(), h.sum(data), options)
	if err != nil {
		return nil, fail(OperationError, "the modulus is too small for this hash function and salt")
	}
	return signature, nil
}

func pssVerify(p *Params, key *Key, signature, data []byte) (bool, error) {
	options, err := pssOptions(p)
	if err != nil {
		return false, err
	}
	h := key.Algorithm.Hash
	return rsa.VerifyPSS(key.rsaPublic(), h.function(), h.sum(data), signature, options) == nil, nil
}

func oaepEncrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	sealed, err := rsa.EncryptOAEP(key.Algorithm.Hash.new(), rand.Reader, key.rsaPublic(), data, p.label)
	if err != nil {
		return nil, fail(OperationError, "the data is too long for the key")
	}
	return sealed, nil
}

func oaepDecrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	plain, err := rsa.DecryptOAEP(key.Algorithm.Hash.new(), rand.Reader, key.rsaPrivate(), data, p.label)
	if err != nil {
		return nil, errDecrypt
	}
	return plain, nil
}
