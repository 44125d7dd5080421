package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// The spool is a directory of segments. A segment holds the records of one batch, is written while the batch fills, and is removed once the
// store has the batch; its file name carries the batch's id. Writes are not synced: they survive the process, and the machine's power is the
// store's concern. A segment is the magic line and then frames: 4 bytes length and 4 bytes CRC-32C, big-endian, and a record's JSON.

// ErrSpoolInUse says that another process has the spool directory.
var ErrSpoolInUse = errors.New("spool directory is in use by another process")

const (
	spoolMagic  = "durspl1\n"
	spoolSuffix = ".spool"
	frameHeader = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// segment is a batch and, until it is sealed, the open file that it is spooled to.
type segment struct {
	batch   string
	path    string
	file    *os.File
	size    int64 // of the whole frames in the file; the next one goes there
	started time.Time
	records []Record
	shares  map[*account]share // of the segment, by tenant; nil for what a dead process left
}

func createSegment(dir string) (*segment, error) {
	id, err := uuid.NewV7() // sorts by time, so that a store's marks of batches grow at one end
	if err != nil {
		return nil, err
	}
	s := &segment{batch: id.String(), path: filepath.Join(dir, id.String()+spoolSuffix), started: time.Now()}
	if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, err
	}
	if err := s.write([]byte(spoolMagic)); err != nil {
		s.file.Close()
		os.Remove(s.path)
		return nil, err
	}
	return s, nil
}

// write appends b in one system call. What a failed write leaves behind is overwritten by the next, or cut off by a reader.
func (s *segment) write(b []byte) error {
	if _, err := s.file.WriteAt(b, s.size); err != nil {
		return err
	}
	s.size += int64(len(b))
	return nil
}

// seal closes the file; nothing is written to the segment after it.
func (s *segment) seal() error { return s.file.Close() }

// appendFrame appends the record as a frame.
func appendFrame(dst []byte, r *Record) ([]byte, error) {
	start := len(dst)
	b, err := appendRecord(append(dst, make([]byte, frameHeader)...), r)
	if err != nil {
		return dst, err
	}
	json := b[start+frameHeader:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(json)))
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(json, castagnoli))
	return b, nil
}

// readSegment returns the records of a segment and how many bytes after them are not whole: a process that was killed in a write leaves a torn last
// frame, which belongs to a record that was not acknowledged. An error is a segment that was never written by this package.
func readSegment(b []byte) (records []Record, torn int, err error) {
	if len(b) < len(spoolMagic) {
		return nil, len(b), nil
	}
	if string(b[:len(spoolMagic)]) != spoolMagic {
		return nil, 0, errors.New("not a spool segment of this version")
	}
	b = b[len(spoolMagic):]
	for {
		json, rest, ok := cutFrame(b)
		if !ok {
			return records, len(b), nil
		}
		r, err := parseRecord(json)
		if err != nil {
			return nil, 0, fmt.Errorf("record %d: %w", len(records)+1, err)
		}
		records, b = append(records, r), rest
	}
}

func cutFrame(b []byte) (json, rest []byte, ok bool) {
	if len(b) < frameHeader {
		return nil, nil, false
	}
	size, sum, b := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), b[frameHeader:]
	if size == 0 || size > MaxRecord || uint64(size) > uint64(len(b)) {
		return nil, nil, false
	}
	json, rest = b[:size], b[size:]
	return json, rest, crc32.Checksum(json, castagnoli) == sum
}

// lockSpool makes the directory and takes it for this process until the returned file is closed: a second process would take the segments
// that are being written for those of a dead one.
func lockSpool(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", dir, ErrSpoolInUse)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f, nil
}

// spooled lists the paths of the segments in a spool directory, oldest first.
func spooled(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted by name, and so by time
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), spoolSuffix) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

func batchOf(path string) string { return strings.TrimSuffix(filepath.Base(path), spoolSuffix) }
