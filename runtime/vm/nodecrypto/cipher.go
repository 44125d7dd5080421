package nodecrypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"strconv"
	"strings"
)

// Cipher is an AES cipher that data is added to.
type Cipher struct {
	encrypts, pads bool
	mode           string
	stream         cipher.Stream    // of CTR and GCM
	blocks         cipher.BlockMode // of CBC
	rest           []byte           // of CBC: what does not fill a block yet, or may be padding

	sealer    cipher.AEAD // of GCM, with what it needs for the tag at the end
	iv        []byte
	data, aad []byte
	tagSize   int
	tag       []byte
	ended     bool
}

const gcmNonce = 12

// NewCipher returns a cipher, whose name is for example aes-256-gcm.
func NewCipher(encrypt bool, name string, key, iv []byte, tagSize int) (*Cipher, error) {
	bits, mode, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(name, "aes-"), "id-aes"), "-")
	size, err := strconv.Atoi(bits)
	if !ok || err != nil || size != 128 && size != 192 && size != 256 {
		return nil, fail("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher")
	}
	if len(key)*8 != size {
		return nil, fail("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fail("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	c := &Cipher{encrypts: encrypt, pads: true, mode: mode, iv: bytes.Clone(iv), tagSize: tagSize}
	return c, c.begin(block)
}

func (c *Cipher) begin(block cipher.Block) error {
	want := aes.BlockSize
	if c.mode == "gcm" {
		want = gcmNonce
	}
	if len(c.iv) != want {
		return fail("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector")
	}
	switch c.mode {
	case "ctr":
		c.stream = cipher.NewCTR(block, c.iv)
	case "cbc":
		if c.blocks = cipher.NewCBCDecrypter(block, c.iv); c.encrypts {
			c.blocks = cipher.NewCBCEncrypter(block, c.iv)
		}
	case "gcm":
		// GCM is CTR from the second block on (NIST SP 800-38D, section 7.1), so that text comes out as it goes in; the tag is made of all of it at the end.
		c.stream = cipher.NewCTR(block, append(bytes.Clone(c.iv), 0, 0, 0, 2))
		var err error
		if c.sealer, err = cipher.NewGCMWithTagSize(block, c.tagSize); err != nil {
			return fail("ERR_CRYPTO_INVALID_AUTH_TAG", "Invalid authentication tag length: %d", c.tagSize)
		}
	default:
		return fail("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher")
	}
	return nil
}

// AAD adds data that is authenticated and not encrypted. It comes before the text.
func (c *Cipher) AAD(data []byte) error {
	if c.mode != "gcm" || len(c.data) > 0 || c.ended {
		return errState("setAAD")
	}
	c.aad = append(c.aad, data...)
	return nil
}

// Pad says whether CBC fills the last block up and takes the filling off again, which it does otherwise.
func (c *Cipher) Pad(on bool) { c.pads = on }

// Expect sets the tag that the text must have when it is decrypted.
func (c *Cipher) Expect(tag []byte) error {
	if c.mode != "gcm" || c.encrypts || c.ended {
		return errState("setAuthTag")
	}
	if len(tag) != c.tagSize {
		return fail("ERR_CRYPTO_INVALID_AUTH_TAG", "Invalid authentication tag length: %d", len(tag))
	}
	c.tag = bytes.Clone(tag)
	return nil
}

// Tag is the tag of the text that was encrypted.
func (c *Cipher) Tag() ([]byte, error) {
	if c.mode != "gcm" || !c.encrypts || !c.ended {
		return nil, errState("getAuthTag")
	}
	return c.tag, nil
}

// Update adds data and returns as much of the result as there is. What is decrypted with GCM can be trusted only after [Cipher.Final].
func (c *Cipher) Update(data []byte) ([]byte, error) {
	if c.ended {
		return nil, errState("update")
	}
	if c.blocks != nil {
		return c.updateBlocks(data), nil
	}
	out := make([]byte, len(data))
	c.stream.XORKeyStream(out, data)
	if c.mode == "gcm" && c.encrypts {
		c.data = append(c.data, data...)
	} else if c.mode == "gcm" {
		c.data = append(c.data, out...)
	}
	return out, nil
}

func (c *Cipher) updateBlocks(data []byte) []byte {
	c.rest = append(c.rest, data...)
	whole := len(c.rest) / aes.BlockSize * aes.BlockSize
	if !c.encrypts && c.pads && whole == len(c.rest) && whole > 0 {
		whole -= aes.BlockSize // may be the last, with the padding
	}
	out := make([]byte, whole)
	c.blocks.CryptBlocks(out, c.rest[:whole])
	c.rest = bytes.Clone(c.rest[whole:])
	return out
}

// Final ends the text and returns what is left of the result. Of GCM it is an error if the tag is not the expected one.
func (c *Cipher) Final() ([]byte, error) {
	if c.ended {
		return nil, errState("final")
	}
	c.ended = true
	switch {
	case c.blocks != nil && c.encrypts:
		return c.finalEncrypt()
	case c.blocks != nil:
		return c.finalDecrypt()
	case c.mode == "gcm":
		// Sealing the text again makes the same tag in both directions.
		sealed := c.sealer.Seal(nil, c.iv, c.data, c.aad)
		tag := sealed[len(c.data):]
		if !c.encrypts && subtle.ConstantTimeCompare(tag, c.tag) != 1 {
			return nil, fail("ERR_CRYPTO_AUTH", "Unsupported state or unable to authenticate data")
		}
		c.tag, c.data = tag, nil
	}
	return []byte{}, nil
}

var errLength = fail("ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH", "wrong final block length")

func (c *Cipher) finalEncrypt() ([]byte, error) {
	if c.pads {
		n := aes.BlockSize - len(c.rest)
		c.rest = append(c.rest, bytes.Repeat([]byte{byte(n)}, n)...)
	}
	if len(c.rest)%aes.BlockSize != 0 {
		return nil, errLength
	}
	c.blocks.CryptBlocks(c.rest, c.rest)
	return c.rest, nil
}

func (c *Cipher) finalDecrypt() ([]byte, error) {
	if !c.pads {
		if len(c.rest) != 0 {
			return nil, errLength
		}
		return []byte{}, nil
	}
	if len(c.rest) != aes.BlockSize {
		return nil, errLength
	}
	c.blocks.CryptBlocks(c.rest, c.rest)
	n := int(c.rest[aes.BlockSize-1])
	if n == 0 || n > aes.BlockSize || !bytes.Equal(c.rest[aes.BlockSize-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, fail("ERR_OSSL_BAD_DECRYPT", "bad decrypt")
	}
	return c.rest[:aes.BlockSize-n], nil
}

func errState(method string) error {
	return fail("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation %s", method)
}
