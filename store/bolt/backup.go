package bolt

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// A backup is a tar with the main file, the day files and, as its last entry, a manifest. Without the manifest a backup that was cut off between two
// files would look whole.
const manifestName = "manifest.json"

type manifest struct {
	Format    int            `json:"format"`
	CreatedAt time.Time      `json:"created_at"`
	Files     []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Backup writes a tar from which [Restore] makes the store as it is now, while reads and writes go on. Each file is as of one moment, the main file's first.
// Each is copied into the data directory before it is sent, which needs room for the largest: a slow receiver would otherwise hold up writes. Execution
// records that a recorder has not flushed are not in it.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	if err := s.backup(ctx, w); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, w io.Writer) error {
	b := &backup{ctx: ctx, dir: s.dir, tar: tar.NewWriter(w)}
	b.manifest = manifest{Format: format, CreatedAt: time.Now().UTC()}
	if err := b.add(mainName, s.main); err != nil {
		return err
	}
	names, err := s.days.list()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.backupDay(b, name); err != nil {
			return err
		}
	}
	if err := b.addManifest(); err != nil {
		return err
	}
	return b.tar.Close()
}

func (s *Store) backupDay(b *backup, name string) (err error) {
	day, err := s.days.acquire(name, false)
	if day == nil {
		return err
	}
	defer func() { err = errors.Join(err, s.days.release(day)) }()
	return b.add(daysName+"/"+name+daySuffix, day.DB)
}

type backup struct {
	ctx      context.Context
	dir      string
	tar      *tar.Writer
	manifest manifest
}

func (b *backup) add(name string, db *bbolt.DB) error {
	copied, err := os.CreateTemp(b.dir, mainName+".backup.*"+unfinished)
	if err != nil {
		return err
	}
	defer copied.Close()
	if err := os.Remove(copied.Name()); err != nil { // it goes when it is closed, also if the process dies
		return err
	}
	sum := sha256.New()
	var size int64
	err = db.View(func(tx *bbolt.Tx) error {
		size, err = tx.WriteTo(&interruptible{b.ctx, io.MultiWriter(copied, sum)})
		return err
	})
	if err != nil {
		return cmp.Or(b.ctx.Err(), err) // bbolt does not wrap the error of the writer
	}
	if _, err := copied.Seek(0, io.SeekStart); err != nil {
		return err
	}
	b.manifest.Files = append(b.manifest.Files, manifestFile{name, size, hex.EncodeToString(sum.Sum(nil))})
	return b.send(name, size, copied)
}

func (b *backup) send(name string, size int64, r io.Reader) error {
	header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: size, ModTime: b.manifest.CreatedAt}
	if err := b.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err := io.Copy(&interruptible{b.ctx, b.tar}, r)
	return err
}

func (b *backup) addManifest() error {
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := b.tar.WriteHeader(&tar.Header{
		Name: manifestName, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(text)), ModTime: b.manifest.CreatedAt,
	}); err != nil {
		return err
	}
	_, err = b.tar.Write(text)
	return err
}

// interruptible is a writer that fails once ctx has ended.
type interruptible struct {
	ctx context.Context
	w   io.Writer
}

func (i *interruptible) Write(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.w.Write(p)
}
