package bolt

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	bbolt "go.etcd.io/bbolt"
)

var (
	bucketBlocks  = []byte("blocks")  // tenant, time of the last record, sequence
	bucketBatches = []byte("batches") // the batches that are stored
)

const daySuffix = ".db"

// days opens the files of days when they are needed and keeps the last few open.
type days struct {
	dir  string
	idle int // how many stay open

	mu     sync.Mutex
	open   map[string]*day
	clock  uint64 // counts uses
	closed bool
}

// day is an open file. It is closed when nobody uses it and it is no longer in the map, or not among the last used.
type day struct {
	*bbolt.DB
	name string
	// Guarded by days.mu.
	users int
	used  uint64
}

func newDays(dir string, idle int) *days {
	return &days{dir: dir, idle: idle, open: make(map[string]*day)}
}

func (d *days) path(name string) string { return filepath.Join(d.dir, name+daySuffix) }

// acquire opens the file of a day, which is made if create says so, and returns nil if there is none. It must be released.
func (d *days) acquire(name string, create bool) (*day, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	f, ok := d.open[name]
	if !ok {
		db, err := d.openDay(name, create)
		if db == nil {
			return nil, err
		}
		f = &day{DB: db, name: name}
		d.open[name] = f
	}
	f.users++
	d.clock++
	f.used = d.clock
	return f, nil
}

func (d *days) openDay(name string, create bool) (*bbolt.DB, error) {
	if create {
		if err := createFile(d.path(name), initDay); err != nil {
			return nil, err
		}
	}
	// The list of free pages is kept in the file, unlike in the main file: it is short where nothing is deleted, and finding it out again
	// at each opening would mean reading all of a large file.
	db, err := openFile(d.path(name), bbolt.Options{})
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return db, err
}

func initDay(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketBlocks, bucketBatches} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return nil
}

func (d *days) release(f *day) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.users--
	if f.users == 0 && d.open[f.name] != f {
		return f.Close()
	}
	return d.closeIdle()
}

// closeIdle closes the idle files beyond those that may stay open, longest unused first.
func (d *days) closeIdle() error {
	var idle []*day
	for _, f := range d.open {
		if f.users == 0 {
			idle = append(idle, f)
		}
	}
	slices.SortFunc(idle, func(a, b *day) int { return cmp.Compare(b.used, a.used) })
	var errs []error
	for _, f := range idle[min(len(idle), d.idle):] {
		delete(d.open, f.name)
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// remove unlinks the file of a day. Those who read it read on.
func (d *days) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if f, ok := d.open[name]; ok {
		delete(d.open, name)
		if f.users == 0 {
			err = f.Close()
		}
	}
	return errors.Join(err, os.Remove(d.path(name)))
}

// close closes the idle files, and lets the last users of the others do so.
func (d *days) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	var errs []error
	for name, f := range d.open {
		delete(d.open, name)
		if f.users == 0 {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// list returns the names of the days that have a file, oldest first.
func (d *days) list() ([]string, error) { return listDays(d.dir) }

func listDays(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), daySuffix); ok && isDay(name) {
			names = append(names, name)
		}
	}
	return names, nil // in order, as ReadDir returns them
}

func isDay(name string) bool {
	t, err := time.Parse(time.DateOnly, name)
	return err == nil && t.Format(time.DateOnly) == name
}
