package npm

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// cache keeps archives on disk under their digests. All tenants share it: what is in it was public to whoever could name its digest, and is checked against the digest each time it is
// read, so that neither a broken disk nor a meddling process can put another package in its place.
type cache struct {
	dir  string
	most int64 // bytes

	mu sync.Mutex
	// size is how many bytes there are at least; known only once the folder has been looked through.
	size  int64
	known bool
}

// path is where an archive lies; empty if its digest is no SHA-512.
func (c *cache) path(digest string) string {
	sum, ok := sum512(digest)
	if !ok {
		return ""
	}
	name := hex.EncodeToString(sum)
	return filepath.Join(c.dir, name[:2], name+".tgz")
}

// has says whether there is something under this digest, which may still be damaged.
func (c *cache) has(integrity string) bool {
	path := c.path(integrity)
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return err == nil
}

// read returns the archive with this digest; fs.ErrNotExist if there is none. One that is not what its digest says is taken away.
func (c *cache) read(integrity string) ([]byte, error) {
	path := c.path(integrity)
	if path == "" {
		return nil, fs.ErrNotExist
	}
	// Nothing is opened that could be endless, or keep the reader waiting.
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxArchive {
		return nil, errors.Join(fs.ErrNotExist, os.RemoveAll(path))
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if checkIntegrity(archive, integrity) != nil {
		return nil, errors.Join(fs.ErrNotExist, os.Remove(path))
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it was used; if that cannot be noted it goes earlier, which does no harm
	return archive, nil
}

// write keeps an archive that has been checked. Two that write the same one at a time do no harm.
func (c *cache) write(integrity string, archive []byte) error {
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
	return c.bound(int64(len(archive)))
}

// bound notes that so many bytes were added, and takes away what was not used for the longest time once there are too many.
func (c *cache) bound(added int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += added
	if c.known && c.size <= c.most {
		return nil
	}
	kept, err := c.list()
	if err != nil {
		return fmt.Errorf("package cache: %w", err)
	}
	slices.SortFunc(kept, func(a, b archiveFile) int { return a.used.Compare(b.used) })
	c.size, c.known = 0, true
	for _, f := range kept {
		c.size += f.size
	}
	if c.size <= c.most {
		return nil
	}
	for _, f := range kept {
		if c.size <= c.most/4*3 { // so that it is not looked through each time
			break
		}
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("package cache: %w", err)
		}
		c.size -= f.size
	}
	return nil
}

// archiveFile is a file of the cache; also one that was left when a process ended while it wrote.
type archiveFile struct {
	path string
	size int64
	used time.Time
}

func (c *cache) list() (kept []archiveFile, err error) {
	err = filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // taken away meanwhile
		}
		if err != nil || entry.IsDir() {
			return err
		}
		if info, err := entry.Info(); err == nil {
			kept = append(kept, archiveFile{path, info.Size(), info.ModTime()})
		}
		return nil
	})
	return kept, err
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
