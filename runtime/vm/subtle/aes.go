package subtle

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"math/big"
	"slices"
	"strconv"
)

func bitsOf(secret []byte) string { return strconv.Itoa(len(secret) * 8) }

func aesLength(p *Params) (Number, error) {
	if n := p.length.Value; n != 128 && n != 192 && n != 256 {
		return Number{}, fail(OperationError, "an AES key has 128, 192 or 256 bits")
	}
	return p.length, nil
}

func aesGenerate(p *Params, _ Budget) (*Key, error) {
	length, err := aesLength(p)
	if err != nil {
		return nil, err
	}
	secret, err := randomBits(length)
	return aesKey(p, secret), err
}

func aesKey(p *Params, secret []byte) *Key {
	return &Key{of: p.algorithm, Type: Secret, Algorithm: KeyAlgorithm{Name: p.name, Length: len(secret) * 8}, material: secret}
}

func aesLoad(p *Params, format Format, data KeyData) (*Key, error) {
	secret, err := loadSecret(p, format, data, "")
	if err != nil {
		return nil, err
	}
	if n := len(secret); n != 16 && n != 24 && n != 32 {
		return nil, fail(DataError, "an AES key has 128, 192 or 256 bits, not %d", n*8)
	}
	return aesKey(p, secret), nil
}

// block is the key's cipher; the length of the key has been checked.
func (k *Key) block() cipher.Block {
	block, err := aes.NewCipher(k.secret())
	if err != nil {
		panic(err)
	}
	return block
}

func cbcEncrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	if len(p.iv) != aes.BlockSize {
		return nil, fail(OperationError, "the iv must have 16 bytes")
	}
	padding := aes.BlockSize - len(data)%aes.BlockSize
	out := make([]byte, len(data)+padding)
	copy(out, data)
	for i := len(data); i < len(out); i++ {
		out[i] = byte(padding)
	}
	cipher.NewCBCEncrypter(key.block(), p.iv).CryptBlocks(out, out)
	return out, nil
}

func cbcDecrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	if len(p.iv) != aes.BlockSize {
		return nil, fail(OperationError, "the iv must have 16 bytes")
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errDecrypt
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(key.block(), p.iv).CryptBlocks(out, data)
	padding := int(out[len(out)-1])
	if padding == 0 || padding > aes.BlockSize {
		return nil, errDecrypt
	}
	for _, b := range out[len(out)-padding:] {
		if int(b) != padding {
			return nil, errDecrypt
		}
	}
	return out[:len(out)-padding], nil
}

// ctrCrypt encrypts and decrypts. Only the last length bits of the block count, and they start again at 0 after their last value; Go counts with all 128 bits, and so the data
// is cut where they start again.
func ctrCrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	bits := int(p.length.Value)
	if len(p.counter) != aes.BlockSize || bits == 0 || bits > 128 {
		return nil, fail(OperationError, "the counter must have 16 bytes, of which 1 to 128 bits count")
	}
	all := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	blocks := big.NewInt(int64((len(data) + aes.BlockSize - 1) / aes.BlockSize))
	if blocks.Cmp(all) > 0 {
		return nil, fail(OperationError, "the data is longer than the counter can count")
	}
	start := new(big.Int).SetBytes(p.counter)
	value := new(big.Int).Mod(start, all)
	untilZero := new(big.Int).Sub(all, value)
	first := len(data)
	if blocks.Cmp(untilZero) > 0 {
		first = int(untilZero.Int64()) * aes.BlockSize
	}
	out, block := make([]byte, len(data)), key.block()
	cipher.NewCTR(block, p.counter).XORKeyStream(out[:first], data[:first])
	if first < len(data) {
		zero := start.Sub(start, value).FillBytes(make([]byte, aes.BlockSize))
		cipher.NewCTR(block, zero).XORKeyStream(out[first:], data[first:])
	}
	return out, nil
}

const fullTag = 16 // bytes

// gcm is the cipher for the parameters, and the length of the tag in bytes.
func gcm(p *Params, key *Key) (cipher.AEAD, int, error) {
	bits := p.tagLength.or(fullTag * 8)
	if !slices.Contains([]int{32, 64, 96, 104, 112, 120, 128}, bits) {
		return nil, 0, fail(OperationError, "a tag cannot have %d bits", bits)
	}
	if len(p.iv) == 0 {
		return nil, 0, fail(OperationError, "the iv is empty")
	}
	aead, err := cipher.NewGCMWithNonceSize(key.block(), len(p.iv))
	if err != nil {
		return nil, 0, fail(OperationError, "the iv cannot be used")
	}
	return aead, bits / 8, nil
}

func gcmEncrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	aead, tag, err := gcm(p, key)
	if err != nil {
		return nil, err
	}
	sealed := aead.Seal(nil, p.iv, data, p.additionalData)
	return sealed[:len(sealed)-fullTag+tag], nil // a shorter tag is the start of the full one (SP 800-38D, section 7.1)
}

func gcmDecrypt(p *Params, key *Key, data []byte) ([]byte, error) {
	aead, tag, err := gcm(p, key)
	if err != nil {
		return nil, err
	}
	if len(data) < tag {
		return nil, errDecrypt
	}
	if tag == fullTag {
		plain, err := aead.Open(nil, p.iv, data, p.additionalData)
		if err != nil {
			return nil, errDecrypt
		}
		return plain, nil
	}
	// Go has no tags below 96 bits, nor others than 128 together with an iv other than 96 bits. GCM encrypts by exclusive or, so that encrypting once more decrypts, and
	// sealing that gives the full tag to compare with.
	text := data[:len(data)-tag]
	plain := aead.Seal(nil, p.iv, text, nil)[:len(text)]
	sealed := aead.Seal(nil, p.iv, plain, p.additionalData)
	if subtle.ConstantTimeCompare(sealed[len(text):len(text)+tag], data[len(text):]) != 1 {
		return nil, errDecrypt
	}
	return plain, nil
}

// kwStart is the initial value of RFC 3394, section 2.2.3.1.
const kwStart = 0xa6a6a6a6a6a6a6a6

// kwWrap wraps a key by RFC 3394, section 2.2.1.
func kwWrap(key *Key, data []byte) ([]byte, error) {
	if len(data) < 16 || len(data)%8 != 0 {
		return nil, fail(OperationError, "AES-KW wraps keys of at least 16 bytes in multiples of 8")
	}
	out := make([]byte, len(data)+8)
	copy(out[8:], data)
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[:8], kwStart)
	block, n := key.block(), len(data)/8
	for t := range 6 * n {
		r := out[8*(t%n+1):][:8]
		copy(b[8:], r)
		block.Encrypt(b[:], b[:])
		copy(r, b[8:])
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(t+1))
	}
	copy(out, b[:8])
	return out, nil
}

// kwUnwrap unwraps a key by RFC 3394, section 2.2.2.
func kwUnwrap(key *Key, data []byte) ([]byte, error) {
	if len(data) < 24 || len(data)%8 != 0 || len(data) > maxWrapped {
		return nil, errDecrypt
	}
	out := append([]byte{}, data[8:]...)
	var b [aes.BlockSize]byte
	copy(b[:8], data)
	block, n := key.block(), len(out)/8
	for t := 6*n - 1; t >= 0; t-- {
		r := out[8*(t%n):][:8]
		binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])^uint64(t+1))
		copy(b[8:], r)
		block.Decrypt(b[:], b[:])
		copy(r, b[8:])
	}
	var start [8]byte
	binary.BigEndian.PutUint64(start[:], kwStart)
	if subtle.ConstantTimeCompare(b[:8], start[:]) != 1 {
		return nil, errDecrypt
	}
	return out, nil
}
