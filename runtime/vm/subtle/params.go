package subtle

import "strings"

// Params are an algorithm and its parameters for one operation. [Normalize] makes them.
type Params struct {
	algorithm *algorithm
	name      string
	hash      Hash
	curve     string
	public    *Key

	iv, counter, additionalData, label, salt, info, exponent []byte

	length, tagLength, saltLength, modulusLength, iterations Number
}

// Number is an integer parameter that may be missing.
type Number struct {
	Set   bool
	Value uint32
}

// or is n, or a default if it is missing.
func (n Number) or(standard uint32) int {
	if n.Set {
		return int(n.Value)
	}
	return int(standard)
}

// Member is a parameter to be filled in. Exactly one of its pointers is set: where the value goes.
type Member struct {
	Name     string
	Required bool

	Bytes  *[]byte
	Text   *string
	Hash   *Hash
	Key    **Key
	Number *Number
	Max    uint32 // of a number
}

// Name is the name of the algorithm as the standard spells it.
func (p *Params) Name() string { return p.name }

// Normalize looks an operation of an algorithm up; the case of the name does not matter. The members come in the order in which they are to be read, and point into the parameters.
func Normalize(op Op, name string) (*Params, []Member, error) {
	for _, a := range algorithms() {
		if !strings.EqualFold(a.name, name) {
			continue
		}
		members, ok := a.ops[op]
		if !ok && op == OpWrap {
			members, ok = a.ops[OpEncrypt]
		}
		if !ok && op == OpUnwrap {
			members, ok = a.ops[OpDecrypt]
		}
		if !ok {
			return nil, nil, fail(NotSupportedError, "%s has no operation %s", a.name, op)
		}
		p := &Params{algorithm: a, name: a.name}
		return p, members(p), nil
	}
	return nil, nil, fail(NotSupportedError, "unknown algorithm")
}

func none(*Params) []Member { return nil }

func hashed(p *Params) []Member { return []Member{{Name: "hash", Required: true, Hash: &p.hash}} }

func hashedAndLength(p *Params) []Member {
	return append(hashed(p), Member{Name: "length", Number: &p.length, Max: maxUint32})
}

func keyLength(p *Params) []Member {
	return []Member{{Name: "length", Required: true, Number: &p.length, Max: maxUint16}}
}

func initialVector(p *Params) []Member {
	return []Member{{Name: "iv", Required: true, Bytes: &p.iv}}
}

func counterBlock(p *Params) []Member {
	return []Member{
		{Name: "counter", Required: true, Bytes: &p.counter},
		{Name: "length", Required: true, Number: &p.length, Max: maxUint8},
	}
}

func authenticated(p *Params) []Member {
	return []Member{
		{Name: "additionalData", Bytes: &p.additionalData},
		{Name: "iv", Required: true, Bytes: &p.iv},
		{Name: "tagLength", Number: &p.tagLength, Max: maxUint8},
	}
}

func oaepLabel(p *Params) []Member { return []Member{{Name: "label", Bytes: &p.label}} }

func pssSalt(p *Params) []Member {
	return []Member{{Name: "saltLength", Required: true, Number: &p.saltLength, Max: maxUint32}}
}

func rsaKey(p *Params) []Member {
	return []Member{
		{Name: "hash", Required: true, Hash: &p.hash},
		{Name: "modulusLength", Required: true, Number: &p.modulusLength, Max: maxUint32},
		{Name: "publicExponent", Required: true, Bytes: &p.exponent},
	}
}

func namedCurve(p *Params) []Member {
	return []Member{{Name: "namedCurve", Required: true, Text: &p.curve}}
}

func publicKey(p *Params) []Member {
	return []Member{{Name: "public", Required: true, Key: &p.public}}
}

func hkdfInput(p *Params) []Member {
	return []Member{
		{Name: "hash", Required: true, Hash: &p.hash},
		{Name: "info", Required: true, Bytes: &p.info},
		{Name: "salt", Required: true, Bytes: &p.salt},
	}
}

func pbkdf2Input(p *Params) []Member {
	return []Member{
		{Name: "hash", Required: true, Hash: &p.hash},
		{Name: "iterations", Required: true, Number: &p.iterations, Max: maxUint32},
		{Name: "salt", Required: true, Bytes: &p.salt},
	}
}

const (
	maxUint8  = 1<<8 - 1
	maxUint16 = 1<<16 - 1
	maxUint32 = 1<<32 - 1
)
