package nodecrypto_test

import (
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/nodecrypto"
)

func ample() time.Duration { return time.Hour }

func none() time.Duration { return 0 }

func generate(t testing.TB, kind, curve string) *nodecrypto.Key {
	t.Helper()
	k, err := nodecrypto.Generate(kind, 2048, curve, ample)
	require.NoError(t, err)
	return k
}

func TestHashes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"md5": "900150983cd24fb0d6963f7d28e17f72", "RSA-SHA1": "a9993e364706816aba3e25717850c26c9cd0d89d", "sha-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	} {
		h, err := nodecrypto.NewHash(name)
		require.NoError(t, err)
		h.Write([]byte("abc"))
		require.Equal(t, want, hex.EncodeToString(h.Sum(nil)), name)
	}
	for _, name := range nodecrypto.Hashes() {
		_, err := nodecrypto.NewMAC(name, nil)
		require.NoError(t, err)
	}
	_, err := nodecrypto.NewHash("crc32")
	require.ErrorContains(t, err, "not supported")
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key       *nodecrypto.Key
		algorithm string
		options   nodecrypto.Options
	}{
		"RS256":   {generate(t, "rsa", ""), "RSA-SHA256", nodecrypto.Options{}},
		"PS384":   {generate(t, "rsa", ""), "sha384", nodecrypto.Options{Padding: 6, SaltLength: -1}},
		"ES256":   {generate(t, "ec", "P-256"), "sha256", nodecrypto.Options{P1363: true}},
		"ES512":   {generate(t, "ec", "secp521r1"), "sha512", nodecrypto.Options{P1363: true}},
		"DER":     {generate(t, "ec", "prime256v1"), "sha256", nodecrypto.Options{}},
		"Ed25519": {generate(t, "ed25519", ""), "", nodecrypto.Options{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signature, err := nodecrypto.Sign(test.algorithm, []byte("data"), test.key, test.options)
			require.NoError(t, err)
			public := test.key.Public()
			verify := func(data, signature []byte, k *nodecrypto.Key) bool {
				good, err := nodecrypto.Verify(test.algorithm, data, k, signature, test.options)
				require.NoError(t, err)
				return good
			}
			require.True(t, verify([]byte("data"), signature, public))
			require.False(t, verify([]byte("date"), signature, public))
			require.False(t, verify([]byte("data"), signature[1:], public))
			require.False(t, verify([]byte("data"), nil, public))
			_, err = nodecrypto.Sign(test.algorithm, nil, public, test.options)
			require.ErrorContains(t, err, "expected private")
		})
	}
}

func TestKeysThereAndBack(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key  *nodecrypto.Key
		form string
	}{
		"rsa pkcs8": {generate(t, "rsa", ""), "pkcs8"}, "rsa pkcs1": {generate(t, "rsa", ""), "pkcs1"}, "rsa public": {generate(t, "rsa", "").Public(), "spki"},
		"rsa public pkcs1": {generate(t, "rsa", "").Public(), "pkcs1"}, "ec sec1": {generate(t, "ec", "P-384"), "sec1"}, "ed25519": {generate(t, "ed25519", ""), "pkcs8"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, pem := range []bool{false, true} {
				out, err := test.key.Export(test.form, pem)
				require.NoError(t, err)
				back, err := nodecrypto.ParseKey(out, pem, test.key.Private())
				require.NoError(t, err)
				again, err := back.Export(test.form, pem)
				require.NoError(t, err)
				require.Equal(t, out, again)
			}
			text, err := test.key.JWK()
			require.NoError(t, err)
			back, err := nodecrypto.ParseJWK(text, test.key.Private())
			require.NoError(t, err)
			again, err := back.JWK()
			require.NoError(t, err)
			require.JSONEq(t, string(text), string(again))
		})
	}
	_, err := generate(t, "ec", "P-256").Export("pkcs1", true)
	require.ErrorContains(t, err, "cannot be exported")
}

func TestCiphers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"aes-128-cbc", "aes-256-cbc", "aes-256-ctr", "aes-128-gcm", "aes-256-gcm"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			size, iv := 32, make([]byte, 16)
			if name[4] == '1' {
				size = 16
			}
			if name[8:] == "gcm" {
				iv = iv[:12]
			}
			for length := range 50 {
				plain := make([]byte, length)
				rand.Read(plain)
				sealed, tag := crypt(t, true, name, make([]byte, size), iv, plain, nil)
				opened, _ := crypt(t, false, name, make([]byte, size), iv, sealed, tag)
				require.Equal(t, plain, opened)
			}
		})
	}
}

// crypt runs data through a cipher in pieces.
func crypt(t *testing.T, encrypt bool, name string, key, iv, data, tag []byte) (out, made []byte) {
	t.Helper()
	c, err := nodecrypto.NewCipher(encrypt, name, key, iv, 16)
	require.NoError(t, err)
	gcm := name[8:] == "gcm"
	if gcm {
		require.NoError(t, c.AAD([]byte("more")))
	}
	if tag != nil {
		require.NoError(t, c.Expect(tag))
	}
	out = []byte{}
	for len(data) > 0 {
		n := min(7, len(data))
		piece, err := c.Update(data[:n])
		require.NoError(t, err)
		out, data = append(out, piece...), data[n:]
	}
	last, err := c.Final()
	require.NoError(t, err)
	if gcm && encrypt {
		made, err = c.Tag()
		require.NoError(t, err)
	}
	return append(out, last...), made
}

func TestGCMRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	key, iv := make([]byte, 16), make([]byte, 12)
	sealed, tag := crypt(t, true, "aes-128-gcm", key, iv, []byte("text"), nil)
	for name, change := range map[string]func(c *nodecrypto.Cipher, data []byte) error{
		"no tag":       func(*nodecrypto.Cipher, []byte) error { return nil },
		"other tag":    func(c *nodecrypto.Cipher, _ []byte) error { return c.Expect(make([]byte, 16)) },
		"changed text": func(c *nodecrypto.Cipher, data []byte) error { data[0] ^= 1; return c.Expect(tag) },
	} {
		c, err := nodecrypto.NewCipher(false, "aes-128-gcm", key, iv, 16)
		require.NoError(t, err)
		require.NoError(t, c.AAD([]byte("more")))
		data := append([]byte{}, sealed...)
		require.NoError(t, change(c, data), name)
		_, err = c.Update(data)
		require.NoError(t, err)
		_, err = c.Final()
		require.ErrorContains(t, err, "unable to authenticate", name)
	}
}

func TestDerivation(t *testing.T) {
	t.Parallel()
	out, err := nodecrypto.PBKDF2("sha1", []byte("password"), []byte("salt"), 4096, 20, ample) // RFC 6070
	require.NoError(t, err)
	require.Equal(t, "4b007901b765489abead49d926f721d065a429c1", hex.EncodeToString(out))
	out, err = nodecrypto.Scrypt([]byte("password"), []byte("NaCl"), 1024, 8, 16, 16, 32<<20, ample) // RFC 7914, section 12
	require.NoError(t, err)
	require.Equal(t, "fdbabe1c9d3472007856e7190d01e9fe", hex.EncodeToString(out))
	out, err = nodecrypto.HKDF("sha256", make([]byte, 22), nil, nil, 42)
	require.NoError(t, err)
	require.Len(t, out, 42)
	_, err = nodecrypto.PBKDF2("sha1", nil, nil, 1<<30, 20, none)
	require.ErrorContains(t, err, "used up")
	_, err = nodecrypto.Scrypt(nil, nil, 1<<14, 8, 1, 20, 32<<20, none)
	require.ErrorContains(t, err, "longer")
	_, err = nodecrypto.Generate("rsa", 2048, "", none)
	require.ErrorContains(t, err, "time that is left")
}

func TestOAEP(t *testing.T) {
	t.Parallel()
	k := generate(t, "rsa", "")
	sealed, err := nodecrypto.Seal(k.Public(), "sha256", nil, []byte("text"))
	require.NoError(t, err)
	plain, err := nodecrypto.Open(k, "sha256", nil, sealed)
	require.NoError(t, err)
	require.Equal(t, "text", string(plain))
	_, err = nodecrypto.Open(k, "sha1", nil, sealed)
	require.ErrorContains(t, err, "oaep")
}

// What is read from outside leads to a key that can be used and written, or to an error.
func FuzzKeys(f *testing.F) {
	for _, kind := range []string{"ec", "ed25519"} {
		k, err := nodecrypto.Generate(kind, 0, "P-256", ample)
		require.NoError(f, err)
		der, _ := k.Export("pkcs8", false)
		text, _ := k.JWK()
		pem, _ := k.Public().Export("spki", true)
		f.Add(der)
		f.Add(text)
		f.Add(pem)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, private := range []bool{false, true} {
			keys := make([]*nodecrypto.Key, 0, 3)
			for _, pem := range []bool{false, true} {
				if k, err := nodecrypto.ParseKey(data, pem, private); err == nil {
					keys = append(keys, k)
				}
			}
			if k, err := nodecrypto.ParseJWK(data, private); err == nil {
				keys = append(keys, k)
			}
			for _, k := range keys {
				require.True(t, k.Private() || !private)
				_, err := k.Public().Export("spki", true)
				require.NoError(t, err)
				_, _ = nodecrypto.Verify("sha256", data, k, data, nodecrypto.Options{})
			}
		}
	})
}
