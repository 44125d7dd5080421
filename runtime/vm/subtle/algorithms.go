package subtle

import "sync"

// algorithm is one of the standard's algorithms. A function is there if ops has its operation.
type algorithm struct {
	name string
	// ops are the operations with the parameters that they take.
	ops map[Op]func(*Params) []Member
	// jwaPrefix and jwaSuffix stand around what makes the name of a JSON Web Algorithm (RFC 7518).
	jwaPrefix, jwaSuffix string
	use                  string // of a JSON Web Key: sig or enc
	// A secret key counts as private.
	privateUsages, publicUsages Usages

	sign     func(*Params, *Key, []byte) ([]byte, error)
	verify   func(*Params, *Key, []byte, []byte) (bool, error)
	encrypt  func(*Params, *Key, []byte) ([]byte, error)
	decrypt  func(*Params, *Key, []byte) ([]byte, error)
	wrap     func(*Key, []byte) ([]byte, error)
	unwrap   func(*Key, []byte) ([]byte, error)
	derive   func(p *Params, key *Key, length Number, left Budget) ([]byte, error)
	generate func(*Params, Budget) (*Key, error)
	// load makes a key of its form outside, without usages.
	load func(*Params, Format, KeyData) (*Key, error)
	// store is nil for keys that cannot be exported.
	store func(*Key, Format) (KeyData, error)
	// keyLength is that of a key to be derived, in bits; not set for a key that takes any.
	keyLength func(*Params) (Number, error)
}

const (
	sealing  = UsageEncrypt | UsageDecrypt | UsageWrapKey | UsageUnwrapKey
	deriving = UsageDeriveKey | UsageDeriveBits
)

// algorithms are all that there are.
var algorithms = sync.OnceValue(func() []*algorithm {
	list := []*algorithm{
		{
			name: "HMAC", jwaPrefix: "HS", use: "sig",
			ops:           map[Op]func(*Params) []Member{OpSign: none, OpVerify: none, OpGenerate: hashedAndLength, OpImport: hashedAndLength, OpKeyLength: hashedAndLength},
			privateUsages: UsageSign | UsageVerify,
			sign:          hmacSign, verify: hmacVerify, generate: hmacGenerate, load: hmacLoad, store: storeSecret, keyLength: hmacLength,
		},
		aesAlgorithm("AES-CBC", "CBC", initialVector, cbcEncrypt, cbcDecrypt),
		aesAlgorithm("AES-CTR", "CTR", counterBlock, ctrCrypt, ctrCrypt),
		aesAlgorithm("AES-GCM", "GCM", authenticated, gcmEncrypt, gcmDecrypt),
		{
			name: "AES-KW", jwaPrefix: "A", jwaSuffix: "KW", use: "enc",
			ops:           map[Op]func(*Params) []Member{OpWrap: none, OpUnwrap: none, OpGenerate: keyLength, OpImport: none, OpKeyLength: keyLength},
			privateUsages: UsageWrapKey | UsageUnwrapKey,
			wrap:          kwWrap, unwrap: kwUnwrap, generate: aesGenerate, load: aesLoad, store: storeSecret, keyLength: aesLength,
		},
		{
			name: "RSASSA-PKCS1-v1_5", jwaPrefix: "RS", use: "sig",
			ops:           map[Op]func(*Params) []Member{OpSign: none, OpVerify: none, OpGenerate: rsaKey, OpImport: hashed},
			privateUsages: UsageSign, publicUsages: UsageVerify,
			sign: pkcs1Sign, verify: pkcs1Verify, generate: rsaGenerate, load: rsaLoad, store: rsaStore,
		},
		{
			name: "RSA-PSS", jwaPrefix: "PS", use: "sig",
			ops:           map[Op]func(*Params) []Member{OpSign: pssSalt, OpVerify: pssSalt, OpGenerate: rsaKey, OpImport: hashed},
			privateUsages: UsageSign, publicUsages: UsageVerify,
			sign: pssSign, verify: pssVerify, generate: rsaGenerate, load: rsaLoad, store: rsaStore,
		},
		{
			name: "RSA-OAEP", jwaPrefix: "RSA-OAEP", use: "enc",
			ops:           map[Op]func(*Params) []Member{OpEncrypt: oaepLabel, OpDecrypt: oaepLabel, OpGenerate: rsaKey, OpImport: hashed},
			privateUsages: UsageDecrypt | UsageUnwrapKey, publicUsages: UsageEncrypt | UsageWrapKey,
			encrypt: oaepEncrypt, decrypt: oaepDecrypt, generate: rsaGenerate, load: rsaLoad, store: rsaStore,
		},
		{
			name: "ECDSA", jwaPrefix: "ES", use: "sig",
			ops:           map[Op]func(*Params) []Member{OpSign: hashed, OpVerify: hashed, OpGenerate: namedCurve, OpImport: namedCurve},
			privateUsages: UsageSign, publicUsages: UsageVerify,
			sign: ecdsaSign, verify: ecdsaVerify, generate: ecGenerate, load: ecLoad, store: ecStore,
		},
		{
			name: "ECDH", use: "enc",
			ops:           map[Op]func(*Params) []Member{OpDeriveBits: publicKey, OpGenerate: namedCurve, OpImport: namedCurve},
			privateUsages: deriving,
			derive:        agree, generate: ecGenerate, load: ecLoad, store: ecStore,
		},
		{
			name: "Ed25519", use: "sig",
			ops:           map[Op]func(*Params) []Member{OpSign: none, OpVerify: none, OpGenerate: none, OpImport: none},
			privateUsages: UsageSign, publicUsages: UsageVerify,
			sign: edSign, verify: edVerify, generate: okpGenerate, load: okpLoad, store: okpStore,
		},
		{
			name: "X25519", use: "enc",
			ops:           map[Op]func(*Params) []Member{OpDeriveBits: publicKey, OpGenerate: none, OpImport: none},
			privateUsages: deriving,
			derive:        agree, generate: okpGenerate, load: okpLoad, store: okpStore,
		},
		{
			name:          "HKDF",
			ops:           map[Op]func(*Params) []Member{OpDeriveBits: hkdfInput, OpImport: none, OpKeyLength: none},
			privateUsages: deriving,
			derive:        hkdfDerive, load: loadInput, keyLength: anyLength,
		},
		{
			name:          "PBKDF2",
			ops:           map[Op]func(*Params) []Member{OpDeriveBits: pbkdf2Input, OpImport: none, OpKeyLength: none},
			privateUsages: deriving,
			derive:        pbkdf2Derive, load: loadInput, keyLength: anyLength,
		},
	}
	for _, name := range []string{"SHA-1", "SHA-256", "SHA-384", "SHA-512"} {
		list = append(list, &algorithm{name: name, ops: map[Op]func(*Params) []Member{OpDigest: none}})
	}
	return list
})

func aesAlgorithm(name, suffix string, members func(*Params) []Member, encrypt, decrypt func(*Params, *Key, []byte) ([]byte, error)) *algorithm {
	return &algorithm{
		name: name, jwaPrefix: "A", jwaSuffix: suffix, use: "enc",
		ops:           map[Op]func(*Params) []Member{OpEncrypt: members, OpDecrypt: members, OpGenerate: keyLength, OpImport: none, OpKeyLength: keyLength},
		privateUsages: sealing,
		encrypt:       encrypt, decrypt: decrypt, generate: aesGenerate, load: aesLoad, store: storeSecret, keyLength: aesLength,
	}
}
