// Package seal makes secrets unreadable where they are stored: a stolen file, disk or backup does not tell them without the key, which is kept elsewhere.
//
// A [Keyring] holds the keys of a server. The first seals and all of them open, so that a key can be replaced by another one. Each tenant's secrets are sealed under
// a key of its own, derived from the server's, and each is bound to its [Place]: sealed bytes that are moved to another tenant or name do not open there.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrNoKey says that there is no key to seal with.
var ErrNoKey = errors.New("there is no key to seal secrets with")

// ErrDamaged says that sealed bytes are not what was sealed for their place: they were altered, cut off, or moved.
var ErrDamaged = errors.New("what was sealed is damaged, or was sealed for another place")

// UnknownKeyError is something that was sealed with a key that is not in the keyring.
type UnknownKeyError struct {
	ID KeyID
	// Have are the keys of the keyring.
	Have []KeyID
}

func (e *UnknownKeyError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("sealed with the key %s, and there is no key", e.ID)
	}
	return fmt.Sprintf("sealed with the key %s, and the keys that are there are %v", e.ID, e.Have)
}

// KeyID names a key without telling anything of it.
type KeyID [4]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// Place is where something sealed belongs.
type Place struct {
	Tenant string
	// Purpose is a kind of secret, for example "secret" or "redirect".
	Purpose string
	Name    string
}

// Keyring seals and opens. It is safe for concurrent use; a nil one has no key.
type Keyring struct{ keys []key }

type key struct {
	id     KeyID
	secret [keySize]byte
}

// What is sealed is: format (1), key id (4), nonce (12), and the output of AES-256-GCM with its tag (16). The nonce is random: under one tenant's key, 2^32 values may be
// sealed before two are likely to have the same one.
const (
	format    = 1
	keySize   = 32
	nonceSize = 12
	headSize  = 1 + len(KeyID{}) + nonceSize
)

// Seal seals a value for its place. The error is [ErrNoKey] if there is no key.
func (r *Keyring) Seal(at Place, value []byte) ([]byte, error) {
	if r == nil {
		return nil, ErrNoKey
	}
	k := &r.keys[0]
	aead, err := k.of(at.Tenant)
	if err != nil {
		return nil, err
	}
	sealed := make([]byte, headSize, headSize+len(value)+aead.Overhead())
	sealed[0] = format
	copy(sealed[1:], k.id[:])
	nonce := sealed[headSize-nonceSize:]
	rand.Read(nonce) // never fails
	return aead.Seal(sealed, nonce, value, at.bytes()), nil
}

// Open returns what was sealed for the place. Errors: [*UnknownKeyError] and [ErrDamaged].
func (r *Keyring) Open(at Place, sealed []byte) ([]byte, error) {
	if len(sealed) < headSize || sealed[0] != format {
		return nil, ErrDamaged
	}
	id := KeyID(sealed[1:])
	for i := range r.all() {
		k := &r.keys[i]
		if k.id != id {
			continue
		}
		aead, err := k.of(at.Tenant)
		if err != nil {
			return nil, err
		}
		value, err := aead.Open(nil, sealed[headSize-nonceSize:headSize], sealed[headSize:], at.bytes())
		if err != nil {
			return nil, ErrDamaged
		}
		return value, nil
	}
	return nil, &UnknownKeyError{ID: id, Have: r.IDs()}
}

// Current says whether something was sealed with the key that seals now.
func (r *Keyring) Current(sealed []byte) bool {
	return r != nil && len(sealed) >= headSize && KeyID(sealed[1:]) == r.keys[0].id
}

// IDs are the names of the keys; the first is the one that seals.
func (r *Keyring) IDs() []KeyID {
	var ids []KeyID
	for _, k := range r.all() {
		ids = append(ids, k.id)
	}
	return ids
}

func (r *Keyring) all() []key {
	if r == nil {
		return nil
	}
	return r.keys
}

// of is the cipher of one tenant.
func (k *key) of(tenant string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, k.secret[:], nil, "durward seal tenant 1\x00"+tenant, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return cipher.NewGCM(block)
}

// bytes are the additional data of the cipher. Each part has its length before it, so that no two places read the same.
func (p Place) bytes() []byte {
	var b []byte
	for _, part := range []string{p.Tenant, p.Purpose, p.Name} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}
