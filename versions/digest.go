package versions

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
)

// digest is the SHA-256, in hex, over all that a version is made of, each part preceded by its length so that no two versions read the same.
func (v *Version) digest() string {
	d := digester{sha256.New()}
	d.text("durward version 1")
	d.text(string(v.Action))
	d.text(v.Number)
	d.count(len(v.Files))
	for _, path := range slices.Sorted(maps.Keys(v.Files)) {
		d.text(path)
		d.text(v.Files[path])
	}
	d.text(v.Entry)
	d.count(len(v.Triggers))
	for _, t := range v.Triggers {
		d.text(string(t))
	}
	d.text(string(v.ConfigSchema))
	d.count(len(v.Secrets))
	for _, name := range v.Secrets {
		d.text(name)
	}
	d.text(string(v.Bundle))
	d.text(string(v.SourceMap))
	d.text(v.Bundler)
	if len(v.Hosts) > 0 { // else the digest is that of a version from before there were hosts
		d.text("hosts")
		d.count(len(v.Hosts))
		for _, host := range v.Hosts {
			d.text(host)
		}
	}
	if len(v.Lock) > 0 { // likewise
		d.text("lock")
		d.text(string(v.Lock))
	}
	return hex.EncodeToString(d.Sum(nil))
}

type digester struct{ hash.Hash }

func (d digester) count(n int) {
	var size [8]byte
	binary.LittleEndian.PutUint64(size[:], uint64(n))
	d.Write(size[:])
}

func (d digester) text(s string) {
	d.count(len(s))
	d.Write([]byte(s))
}
