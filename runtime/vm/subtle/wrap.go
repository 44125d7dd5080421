package subtle

// maxWrapped bounds wrapped keys, in bytes: AES-KW takes six passes over them, which cannot be interrupted. The largest key has about a third of it as a JSON Web Key.
const maxWrapped = 256 << 10

// WrapKey exports a key and encrypts that with another one.
func WrapKey(format Format, key, wrapping *Key, p *Params) ([]byte, error) {
	if err := wrapping.allow(p, UsageWrapKey); err != nil {
		return nil, err
	}
	data, err := ExportKey(format, key)
	if err != nil {
		return nil, err
	}
	raw := data.Raw
	if data.JWK != nil {
		if raw, err = data.JWK.marshal(); err != nil {
			return nil, fail(OperationError, "the key cannot be exported")
		}
		if p.algorithm.wrap != nil { // AES-KW takes whole blocks only; white space after JSON means nothing
			for len(raw)%8 != 0 || len(raw) < 16 {
				raw = append(raw, ' ')
			}
		}
	}
	if p.algorithm.wrap != nil {
		return p.algorithm.wrap(wrapping, raw)
	}
	return p.algorithm.encrypt(p, wrapping, raw)
}

// UnwrapKey decrypts a key and imports it, for the algorithm and its parameters in as.
func UnwrapKey(format Format, wrapped []byte, unwrapping *Key, p, as *Params, extractable bool, usages Usages) (*Key, error) {
	if err := unwrapping.allow(p, UsageUnwrapKey); err != nil {
		return nil, err
	}
	if len(wrapped) > maxWrapped {
		return nil, fail(OperationError, "a wrapped key can have at most %d bytes", maxWrapped)
	}
	var raw []byte
	var err error
	if p.algorithm.unwrap != nil {
		raw, err = p.algorithm.unwrap(unwrapping, wrapped)
	} else {
		raw, err = p.algorithm.decrypt(p, unwrapping, wrapped)
	}
	if err != nil {
		return nil, err
	}
	data := KeyData{Raw: raw}
	if format == FormatJWK {
		if data.JWK, err = parseJWK(raw); err != nil {
			return nil, err
		}
	}
	return ImportKey(format, data, as, extractable, usages)
}
