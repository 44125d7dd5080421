// Package bolt keeps everything in files of one directory, for a single server: the default store.
//
// The main file holds the catalog, versions, flows and the audit of edits; execution records go to one file per UTC day. [Store] implements
// the store interfaces of packages catalog, versions and audit. How the files are laid out is in DESIGN.md.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

// ErrInUse says that another process has the files open.
var ErrInUse = errors.New("in use by another process: stop it, or choose another data directory")

// ErrClosed says that the store is closed.
var ErrClosed = errors.New("store is closed")

// FormatError is a file that this program cannot read.
type FormatError struct {
	Path string
	// Found is the format of the file, 0 if the file says none; Supported is the newest that this program reads.
	Found, Supported int
}

func (e *FormatError) Error() string {
	if e.Found == 0 {
		return fmt.Sprintf("%s is not a file of Durward", e.Path)
	}
	return fmt.Sprintf("%s has format %d and this program reads up to %d: run the newer version that wrote it", e.Path, e.Found, e.Supported)
}

// Options are the settings of a [Store]. The zero value works.
type Options struct {
	// OpenDays is how many day files that nobody reads or writes stay open. Default: 4.
	OpenDays int
	// TenantBytes is the most bytes that a tenant's drafts, versions, revisions and audit of edits may have together before catalog.ErrQuota refuses more. Default: 512 MiB.
	TenantBytes int64
}

// Store is a directory of files. All methods are safe for concurrent use.
type Store struct {
	dir   string
	main  *bbolt.DB
	write *writer
	days  *days

	keys    watchers[catalog.KeyID]
	tenants watchers[catalog.TenantID]
	flows   watchers[versions.FlowRef]

	closing sync.Once
}

const (
	mainName = "durward.db"
	daysName = "executions"
)

// Open opens the store in dir and makes both if they are not there; the directory is for its owner only afterwards. It returns
// [ErrInUse] within about a second if another process has it open, and a [*FormatError] if the files are of a newer format.
func Open(dir string, opts Options) (*Store, error) {
	s, err := open(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

func open(dir string, opts Options) (*Store, error) {
	if opts.OpenDays <= 0 {
		opts.OpenDays = 4
	}
	if opts.TenantBytes <= 0 {
		opts.TenantBytes = 512 << 20
	}
	for _, d := range []string{dir, filepath.Join(dir, daysName)} {
		if err := privateDir(d); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(dir, mainName)
	if err := checkComplete(dir); err != nil {
		return nil, err
	}
	if err := createFile(path, initMain); err != nil {
		return nil, err
	}
	main, err := openFile(path, bbolt.Options{NoFreelistSync: true})
	if err != nil {
		return nil, err
	}
	if err := upgradeMain(main); err != nil {
		main.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := releaseClaims(main); err != nil {
		main.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := removeUnfinished(dir, filepath.Join(dir, daysName)); err != nil {
		main.Close()
		return nil, err
	}
	return &Store{
		dir: dir, main: main, write: newWriter(main, opts.TenantBytes),
		days: newDays(filepath.Join(dir, daysName), opts.OpenDays),
	}, nil
}

// checkComplete refuses a directory that has lost its main file: making a new one would hide the loss.
func checkComplete(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, mainName)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	left, err := filepath.Glob(filepath.Join(dir, restoreName+"*"))
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("%s is what an interrupted restore left: empty %s and restore again", left[0], dir)
	}
	files, err := listDays(filepath.Join(dir, daysName))
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return fmt.Errorf("%s has execution records but no %s: restore a backup into another directory", dir, mainName)
	}
	return nil
}

// Close waits for writes that have begun and closes the files. Calls after it return an error; closing again does nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.write.close()
		err = errors.Join(s.days.close(), s.main.Close())
	})
	return err
}

// view runs fn in a read transaction of the main file. It must not wait for anything: an open read transaction keeps pages from being reused.
func (s *Store) view(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.main.View(fn)
}
