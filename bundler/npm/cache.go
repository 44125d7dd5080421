package npm

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// cache keeps archives on disk under their digests. All tenants share it: what is in it was public to whoever could name its digest, and is checked against the digest each time it is
// read, so that neither a broken disk nor a meddling process can put another package in its place.
type cache struct{ dir string }

// path is where an archive lies; empty if its integrity names no SHA-512.
func (c cache) path(integrity string) string {
	for digest := range strings.FieldsSeq(integrity) {
		if text, ok := strings.CutPrefix(digest, "sha512-"); ok {
			if sum, err := base64.StdEncoding.DecodeString(text); err == nil && len(sum) == 64 {
				name := hex.EncodeToString(sum)
				return filepath.Join(c.dir, name[:2], name+".tgz")
			}
		}
	}
	return ""
}

// read returns the archive with this digest; fs.ErrNotExist if there is none. One that is not what its digest says is taken away.
func (c cache) read(integrity string) ([]byte, error) {
	path := c.path(integrity)
	if path == "" {
		return nil, fs.ErrNotExist
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if checkIntegrity(archive, integrity) != nil {
		return nil, errors.Join(fs.ErrNotExist, os.Remove(path))
	}
	return archive, nil
}

// write keeps an archive that has been checked. Two that write the same one at a time do no harm.
func (c cache) write(integrity string, archive []byte) error {
	path := c.path(integrity)
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("package cache: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return fmt.Errorf("package cache: %w", err)
	}
	_, err = f.Write(archive)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("package cache: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// unpacked keeps the packages that were unpacked last, up to so many bytes.
type unpacked struct {
	mu   sync.Mutex
	by   map[string]*Package // by integrity
	size int
}

const maxKept = 192 << 20

func (u *unpacked) get(integrity string) *Package {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.by[integrity]
}

func (u *unpacked) put(integrity string, p *Package) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, there := u.by[integrity]; there || p.size > maxKept/4 {
		return
	}
	for other, kept := range u.by { // any: what is needed comes back soon
		if u.size+p.size <= maxKept {
			break
		}
		u.size -= kept.size
		delete(u.by, other)
	}
	u.by[integrity] = p
	u.size += p.size
}
