package subtle

import "slices"

// KeyType says which part of what a key is.
type KeyType string

// The types of keys.
const (
	Secret  KeyType = "secret"
	Public  KeyType = "public"
	Private KeyType = "private"
)

// Usages is a set of things that may be done with a key.
type Usages uint8

// The usages, in the order in which a key shows them.
const (
	UsageEncrypt Usages = 1 << iota
	UsageDecrypt
	UsageSign
	UsageVerify
	UsageDeriveKey
	UsageDeriveBits
	UsageWrapKey
	UsageUnwrapKey
)

var usageNames = []string{"encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"}

// ParseUsage returns the usage of a name, and whether there is one.
func ParseUsage(name string) (Usages, bool) {
	i := slices.Index(usageNames, name)
	if i < 0 {
		return 0, false
	}
	return 1 << i, true
}

// Names are the names of the usages in u.
func (u Usages) Names() []string {
	names := []string{}
	for i, name := range usageNames {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// within refuses usages that are not among those allowed.
func (u Usages) within(allowed Usages) error {
	if extra := u &^ allowed; extra != 0 {
		return fail(SyntaxError, "a key of this kind cannot have the usage %s", extra.Names()[0])
	}
	return nil
}

// KeyAlgorithm describes a key. Fields that its algorithm does not have are zero.
type KeyAlgorithm struct {
	Name           string
	Hash           Hash
	Length         int // in bits
	NamedCurve     string
	ModulusLength  int // in bits
	PublicExponent []byte
}

// Key is key material with what may be done with it. It is immutable, and the material leaves it only through [ExportKey] and [WrapKey].
type Key struct {
	Type        KeyType
	Extractable bool
	Algorithm   KeyAlgorithm
	Usages      Usages

	of *algorithm
	// material is []byte, *rsa.PublicKey, *rsa.PrivateKey, *ecdsa.PublicKey, *ecdsa.PrivateKey, ed25519.PublicKey, ed25519.PrivateKey, *ecdh.PublicKey or *ecdh.PrivateKey; the
	// last two are for X25519.
	material any
}

// Pair is what [GenerateKey] makes: a secret key, or a private key with its public key.
type Pair struct {
	Secret, Public, Private *Key
}

// GenerateKey makes a new key. The public key of a pair is always extractable.
//
// Nothing can end the search for an RSA key, and so one is refused for which too little time is likely left.
func GenerateKey(p *Params, extractable bool, usages Usages, left Budget) (Pair, error) {
	if err := usages.within(p.algorithm.privateUsages | p.algorithm.publicUsages); err != nil {
		return Pair{}, err
	}
	if usages&p.algorithm.privateUsages == 0 {
		return Pair{}, fail(SyntaxError, "a secret or private key needs a usage")
	}
	private, err := p.algorithm.generate(p, left)
	if err != nil {
		return Pair{}, err
	}
	private.Extractable, private.Usages = extractable, usages&p.algorithm.privateUsages
	if private.Type == Secret {
		return Pair{Secret: private}, nil
	}
	public := &Key{of: p.algorithm, Type: Public, Extractable: true, Algorithm: private.Algorithm, Usages: usages & p.algorithm.publicUsages, material: publicMaterial(private.material)}
	return Pair{Public: public, Private: private}, nil
}

// allow says whether an operation with the parameters p may use the key for a purpose.
func (k *Key) allow(p *Params, purpose Usages) error {
	if k.Algorithm.Name != p.name {
		return fail(InvalidAccessError, "the key is for %s, not for %s", k.Algorithm.Name, p.name)
	}
	if k.Usages&purpose == 0 {
		return fail(InvalidAccessError, "the key may not be used for %s", purpose.Names()[0])
	}
	return nil
}

// secret is the material of a secret key.
func (k *Key) secret() []byte { return k.material.([]byte) }
