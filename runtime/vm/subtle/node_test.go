package subtle_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/subtle"
)

// nodeCase is one that testdata/node.mjs records or checks.
type nodeCase struct {
	Kind      string                                `json:"kind"`
	Algorithm map[string]any                        `json:"algorithm"`
	Params    map[string]any                        `json:"params"`
	Keys      map[string]map[string]json.RawMessage `json:"keys"`
	Other     octets                                `json:"other,omitempty"`
	Data      octets                                `json:"data"`
	Result    octets                                `json:"result"`
	Bits      uint32                                `json:"bits,omitempty"`
}

func (c *nodeCase) name() string { return c.Algorithm["name"].(string) }

// given are the values that the record has for an operation's parameters.
func (c *nodeCase) given(t testing.TB, op subtle.Op, from map[string]any) values {
	t.Helper()
	_, members, err := subtle.Normalize(op, c.name())
	require.NoError(t, err)
	all := values{}
	for _, m := range members {
		switch value := from[m.Name].(type) {
		case float64:
			all[m.Name] = int(value)
		case string:
			all[m.Name] = value
			if m.Bytes != nil {
				var raw octets
				require.NoError(t, raw.UnmarshalText([]byte(value)))
				all[m.Name] = []byte(raw)
			}
		}
	}
	if c.Other != nil {
		all["public"] = importRaw(t, c.name(), c.Other, c.keyValues(c.Algorithm))
	}
	return all
}

// keyValues are the values of a key's algorithm, which are texts.
func (c *nodeCase) keyValues(from map[string]any) values {
	all := values{}
	for name, value := range from {
		if s, ok := value.(string); ok {
			all[name] = s
		}
	}
	return all
}

func keyData(t testing.TB, format string, text json.RawMessage) subtle.KeyData {
	t.Helper()
	if format == "jwk" {
		j := jwk(t, text)
		j.KeyOps = nil // those of the key that was exported, not of this test's
		return subtle.KeyData{JWK: j}
	}
	var raw octets
	require.NoError(t, json.Unmarshal(text, &raw))
	return subtle.KeyData{Raw: raw}
}

// imported imports one half of a pair, or the secret key, in each format that was recorded.
func (c *nodeCase) imported(t testing.TB, half string, names ...string) map[string]*subtle.Key {
	t.Helper()
	keys := map[string]*subtle.Key{}
	for format, text := range c.Keys[half] {
		extractable := c.name() != "HKDF" && c.name() != "PBKDF2"
		key, err := subtle.ImportKey(subtle.Format(format), keyData(t, format, text), params(t, subtle.OpImport, c.name(), c.keyValues(c.Algorithm)), extractable, usages(t, names...))
		require.NoError(t, err, format)
		keys[format] = key
	}
	return keys
}

// check does with each key what undoes the recorded operation, or repeats it.
func (c *nodeCase) check(t testing.TB) {
	t.Helper()
	half := func(public, private string) string {
		if c.Keys["secret"] != nil {
			return "secret"
		}
		return map[bool]string{true: public, false: private}[c.Kind == "sign"]
	}("public", "private")
	switch c.Kind {
	case "sign":
		for _, key := range c.imported(t, half, "verify") {
			good, err := subtle.Verify(params(t, subtle.OpVerify, c.name(), c.given(t, subtle.OpVerify, c.Params)), key, c.Result, c.Data)
			require.NoError(t, err)
			require.True(t, good)
		}
	case "encrypt":
		for _, key := range c.imported(t, half, "decrypt") {
			plain, err := subtle.Decrypt(params(t, subtle.OpDecrypt, c.name(), c.given(t, subtle.OpDecrypt, c.Params)), key, c.Result)
			require.NoError(t, err)
			require.Equal(t, []byte(c.Data), plain)
		}
	case "derive":
		for _, key := range c.imported(t, half, "deriveBits") {
			bits, err := subtle.DeriveBits(params(t, subtle.OpDeriveBits, c.name(), c.given(t, subtle.OpDeriveBits, c.Params)), key, subtle.Number{Set: true, Value: c.Bits}, plenty)
			require.NoError(t, err)
			require.Equal(t, []byte(c.Result), bits)
		}
	case "wrap":
		for _, key := range c.imported(t, half, "unwrapKey") {
			inner, err := subtle.UnwrapKey(subtle.FormatRaw, c.Result, key, params(t, subtle.OpUnwrap, c.name(), nil), params(t, subtle.OpImport, "AES-GCM", nil), true, usages(t, "encrypt"))
			require.NoError(t, err)
			out, err := subtle.ExportKey(subtle.FormatRaw, inner)
			require.NoError(t, err)
			require.Equal(t, []byte(c.Data), out.Raw)
		}
	}
}

func TestWhatNodeMade(t *testing.T) {
	t.Parallel()
	var cases []*nodeCase
	load(t, "node.json", &cases)
	require.Greater(t, len(cases), 50)
	for _, c := range cases {
		text, err := json.Marshal(map[string]any{"kind": c.Kind, "algorithm": c.Algorithm, "params": c.Params})
		require.NoError(t, err)
		t.Run(string(text), func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}

// anyUsage is one that the half of a pair, or the secret key, can have.
func anyUsage(c *nodeCase, half string) []string {
	public := half == "public"
	switch {
	case c.Kind == "derive" && public:
		return nil
	case c.Kind == "derive":
		return []string{"deriveBits"}
	case c.Kind == "sign" && public:
		return []string{"verify"}
	case c.Kind == "sign":
		return []string{"sign"}
	case c.Kind == "encrypt" && half == "private":
		return []string{"decrypt"}
	case c.Kind == "wrap":
		return []string{"wrapKey"}
	}
	return []string{"encrypt"}
}

// A key leaves in every format as Node writes it, whatever format it came in.
func TestKeysAreWrittenAsNodeDoes(t *testing.T) {
	t.Parallel()
	var cases []*nodeCase
	load(t, "node.json", &cases)
	for _, c := range cases {
		if c.name() == "HKDF" || c.name() == "PBKDF2" {
			continue
		}
		for half, forms := range c.Keys {
			for from, key := range c.imported(t, half, anyUsage(c, half)...) {
				for to, want := range forms {
					got, err := subtle.ExportKey(subtle.Format(to), key)
					require.NoError(t, err)
					wanted := keyData(t, to, want)
					if got.JWK != nil {
						require.Equal(t, key.Usages.Names(), got.JWK.KeyOps)
						require.True(t, *got.JWK.Ext)
						got.JWK.KeyOps = nil
						if got.JWK.Alg == nil {
							wanted.JWK.Alg = nil // Node names the algorithm of some keys for which the standard does not say it
						}
					}
					require.Equal(t, wanted, got, "%v %s from %s to %s", c.Algorithm, half, from, to)
				}
			}
		}
	}
}

// made makes a case anew with what this package generates, to be checked by others.
func (c *nodeCase) made(t *testing.T) *nodeCase {
	t.Helper()
	n := &nodeCase{Kind: c.Kind, Algorithm: c.Algorithm, Params: c.Params, Data: c.Data, Bits: c.Bits, Other: c.Other}
	names := map[string][]string{"sign": {"sign", "verify"}, "encrypt": {"encrypt", "decrypt"}, "derive": {"deriveBits"}, "wrap": {"wrapKey", "unwrapKey"}}[c.Kind]
	as := c.keyValues(c.Algorithm)
	for name, value := range c.Algorithm {
		if f, ok := value.(float64); ok {
			as[name] = int(f)
		}
	}
	var own *subtle.Key
	if c.name() == "HKDF" || c.name() == "PBKDF2" {
		n.Keys = c.Keys
		own = importRaw(t, c.name(), keyData(t, "raw", c.Keys["secret"]["raw"]).Raw, nil, names...)
	} else {
		pair, err := subtle.GenerateKey(params(t, subtle.OpGenerate, c.name(), as.with(values{"publicExponent": []byte{1, 0, 1}})), true, usages(t, names...), plenty)
		require.NoError(t, err)
		own = pair.Private
		if pair.Secret != nil {
			own = pair.Secret
		}
		if c.name() == "RSA-OAEP" {
			own = pair.Public
		}
		n.Keys = map[string]map[string]json.RawMessage{}
		for half, key := range map[string]*subtle.Key{"secret": pair.Secret, "public": pair.Public, "private": pair.Private} {
			if key != nil {
				n.Keys[half] = exported(t, key)
			}
		}
	}
	var result []byte
	var err error
	switch c.Kind {
	case "sign":
		result, err = subtle.Sign(params(t, subtle.OpSign, c.name(), n.given(t, subtle.OpSign, c.Params)), own, c.Data)
	case "encrypt":
		result, err = subtle.Encrypt(params(t, subtle.OpEncrypt, c.name(), n.given(t, subtle.OpEncrypt, c.Params)), own, c.Data)
	case "derive":
		result, err = subtle.DeriveBits(params(t, subtle.OpDeriveBits, c.name(), n.given(t, subtle.OpDeriveBits, c.Params)), own, subtle.Number{Set: true, Value: c.Bits}, plenty)
	case "wrap":
		inner, e := subtle.ImportKey(subtle.FormatRaw, subtle.KeyData{Raw: c.Data}, params(t, subtle.OpImport, "AES-GCM", nil), true, usages(t, "encrypt"))
		require.NoError(t, e)
		result, err = subtle.WrapKey(subtle.FormatRaw, inner, own, params(t, subtle.OpWrap, c.name(), nil))
	}
	require.NoError(t, err)
	n.Result = result
	return n
}

func exported(t *testing.T, key *subtle.Key) map[string]json.RawMessage {
	t.Helper()
	forms := map[string]json.RawMessage{}
	for _, format := range []string{"raw", "spki", "pkcs8", "jwk"} {
		data, err := subtle.ExportKey(subtle.Format(format), key)
		if err != nil {
			continue
		}
		var form any = octets(data.Raw)
		if data.JWK != nil {
			form = data.JWK
		}
		forms[format], err = json.Marshal(form)
		require.NoError(t, err)
	}
	require.GreaterOrEqual(t, len(forms), 2)
	return forms
}

// What this package makes with keys of its own, it can undo; where Node.js is installed, so can that.
func TestWhatIsMadeHere(t *testing.T) {
	t.Parallel()
	var cases, made []*nodeCase
	load(t, "node.json", &cases)
	for _, c := range cases {
		again := c.made(t)
		again.check(t)
		made = append(made, again)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	text, err := json.Marshal(made)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), node, "testdata/node.mjs", "check")
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
