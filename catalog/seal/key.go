package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// prefix starts every key that NewKey makes, so that secret scanners can find one that was committed by mistake.
const prefix = "dws_"

// NewKey makes a key, as text that [ParseKeys] reads.
func NewKey() string {
	secret := make([]byte, keySize)
	rand.Read(secret) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(secret)
}

// ParseKeys reads keys that are separated by commas: each as [NewKey] makes it, or any 32 bytes in base64 (RFC 4648, section 4 or 5). No text is no key, and then the keyring is nil.
// The error names a key by its position and never shows it.
func ParseKeys(text string) (*Keyring, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	r := &Keyring{}
	for part := range strings.SplitSeq(text, ",") {
		k, err := parseKey(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("seal key %d: %w", len(r.keys)+1, err)
		}
		if slices.ContainsFunc(r.keys, func(other key) bool { return other.id == k.id }) {
			return nil, fmt.Errorf("seal key %d is there twice", len(r.keys)+1)
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// anyBase64 makes one alphabet of both.
var anyBase64 = strings.NewReplacer("+", "-", "/", "_")

func parseKey(text string) (key, error) {
	text = anyBase64.Replace(strings.TrimRight(strings.TrimPrefix(text, prefix), "="))
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(secret) != keySize || strings.ContainsAny(text, "\r\n") {
		return key{}, fmt.Errorf("it is not %d bytes in base64", keySize)
	}
	k := key{secret: [keySize]byte(secret)}
	id, err := hkdf.Key(sha256.New, secret, nil, "durward seal id 1", len(k.id))
	if err != nil {
		return key{}, fmt.Errorf("derive id: %w", err)
	}
	k.id = KeyID(id)
	return k, nil
}
