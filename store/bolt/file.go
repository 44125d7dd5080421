package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// format is the layout of the files that this program writes, and the newest that it reads.
const format = 11

var (
	bucketMeta = []byte("meta")
	keyFormat  = []byte("format")
)

const unfinished = ".unfinished"

func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// openFile opens a file that exists and checks its format.
func openFile(path string, opts bbolt.Options) (*bbolt.DB, error) {
	if err := os.Chmod(path, 0o600); err != nil { // also keeps bbolt from making the file
		return nil, err
	}
	opts.Timeout = time.Second // for a predecessor that is just closing; without, a second process waits for ever
	opts.FreelistType = bbolt.FreelistMapType
	db, err := bbolt.Open(path, 0o600, &opts)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s is %w", path, ErrInUse)
	case errors.Is(err, bolterrors.ErrInvalid):
		return nil, &FormatError{Path: path, Supported: format}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkFormat(db, path); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func checkFormat(db *bbolt.DB, path string) error {
	return db.View(func(tx *bbolt.Tx) error {
		found := 0
		if meta := tx.Bucket(bucketMeta); meta != nil {
			found, _ = strconv.Atoi(string(meta.Get(keyFormat)))
		}
		if found < 1 || found > format {
			return &FormatError{Path: path, Found: found, Supported: format}
		}
		return nil
	})
}

// createFile makes the file if it is not there. The path appears only once the file is complete, on disk and has been opened again: a crash or power cut in
// between leaves nothing under it. Two processes may try at once; the first wins.
func createFile(path string, initialize func(*bbolt.Tx) error) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*"+unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	err = initFile(f.Name(), initialize)
	if err == nil {
		// A rename would replace a file that another process made and opened in the meantime.
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		if _, statErr := os.Stat(path); statErr == nil {
			return nil // another process was first; it has cleaned up after itself, and after us
		}
		return fmt.Errorf("create %s: %w", path, err)
	}
	return syncPath(filepath.Dir(path))
}

func initFile(path string, initialize func(*bbolt.Tx) error) error {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(bucketMeta)
		if err != nil {
			return err
		}
		if err := meta.Put(keyFormat, []byte(strconv.Itoa(format))); err != nil {
			return err
		}
		return initialize(tx)
	})
	if err := errors.Join(err, db.Close(), syncPath(path)); err != nil {
		return err
	}
	again, err := openFile(path, bbolt.Options{})
	if err != nil {
		return err
	}
	return again.Close()
}

// syncPath makes a file, or the names in a directory, survive a power cut.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// removeUnfinished removes what a process that died while it made a file left behind.
func removeUnfinished(dirs ...string) error {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), unfinished) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
