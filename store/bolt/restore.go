package bolt

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrNotEmpty says that a backup was to be restored over something.
var ErrNotEmpty = errors.New("directory is not empty")

// ErrBackup says that what was read is not a whole backup.
var ErrBackup = errors.New("not a whole backup")

const (
	// restoreName begins the name of the directory, inside the one restored to, that holds the files until all is well.
	restoreName = ".restoring-"
	maxManifest = 16 << 20
	// maxFile bounds what a damaged header can ask for.
	maxFile = 1 << 44
)

// Restore unpacks what [Store.Backup] wrote into dir, which must be empty or absent (else [ErrNotEmpty]). It checks that the backup is whole, puts it
// on disk and opens it before the files get their names; if anything is wrong dir is left as it was.
func Restore(r io.Reader, dir string) error {
	if err := restore(r, dir); err != nil {
		return fmt.Errorf("restore into %s: %w", dir, err)
	}
	return nil
}

func restore(r io.Reader, dir string) (err error) {
	made, err := needEmpty(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && made {
			os.Remove(dir)
		}
	}()
	if err := privateDir(dir); err != nil {
		return err
	}
	// Inside dir and not beside it, because dir may be a mounted volume, over which nothing can be renamed.
	staging, err := os.MkdirTemp(dir, restoreName)
	if err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	if err := unpack(tar.NewReader(r), staging); err != nil {
		return err
	}
	if err := checkOpens(staging); err != nil {
		return fmt.Errorf("check what was unpacked: %w", err)
	}
	return moveInto(dir, staging)
}

// needEmpty says whether the directory has to be made.
func needEmpty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case len(entries) > 0:
		return false, fmt.Errorf("%w: it has %s", ErrNotEmpty, entries[0].Name())
	}
	return false, nil
}

func unpack(in *tar.Reader, dir string) error {
	if err := privateDir(filepath.Join(dir, daysName)); err != nil {
		return err
	}
	var files []manifestFile
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: it ends without a manifest", ErrBackup)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
		if h.Name == manifestName {
			return checkManifest(in, h, files)
		}
		if err := checkEntry(h); err != nil {
			return err
		}
		f, err := unpackFile(in, h, dir)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
}

// checkEntry refuses everything but the files that a backup has, by name.
func checkEntry(h *tar.Header) error {
	day, isDayFile := strings.CutPrefix(h.Name, daysName+"/")
	day, hasSuffix := strings.CutSuffix(day, daySuffix)
	known := h.Name == mainName || isDayFile && hasSuffix && isDay(day)
	if !known || h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%w: it has an entry %.80q", ErrBackup, h.Name)
	}
	if h.Size <= 0 || h.Size > maxFile {
		return fmt.Errorf("%w: %s has %d bytes", ErrBackup, h.Name, h.Size)
	}
	return nil
}

func unpackFile(in io.Reader, h *tar.Header, dir string) (manifestFile, error) {
	out, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(h.Name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return manifestFile{}, err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), in)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: %s is cut off", ErrBackup, h.Name)
	}
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return manifestFile{}, err
	}
	return manifestFile{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}, nil
}

func checkManifest(in io.Reader, h *tar.Header, files []manifestFile) error {
	if h.Size > maxManifest {
		return fmt.Errorf("%w: its manifest has %d bytes", ErrBackup, h.Size)
	}
	var m manifest
	if err := json.NewDecoder(in).Decode(&m); err != nil {
		return fmt.Errorf("%w: read the manifest: %w", ErrBackup, err)
	}
	if m.Format < 1 || m.Format > format {
		return &FormatError{Path: "the backup", Found: m.Format, Supported: format}
	}
	if len(files) == 0 || files[0].Name != mainName || len(files) != len(m.Files) {
		return fmt.Errorf("%w: it has %d files and its manifest %d", ErrBackup, len(files), len(m.Files))
	}
	for i, f := range files {
		if f != m.Files[i] {
			return fmt.Errorf("%w: %s differs from the manifest", ErrBackup, f.Name)
		}
	}
	return nil
}

// checkOpens opens every file once.
func checkOpens(dir string) (err error) {
	s, err := open(dir, Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	names, err := s.days.list()
	if err != nil {
		return err
	}
	for _, name := range names {
		day, err := s.days.acquire(name, false)
		if err != nil {
			return err
		}
		if err := s.days.release(day); err != nil {
			return err
		}
	}
	return nil
}

// moveInto gives the files their names, the main file last: until it is there, Open refuses the directory.
func moveInto(dir, staging string) (err error) {
	moved := []string{daysName, mainName}
	defer func() {
		if err != nil {
			for _, name := range moved {
				os.RemoveAll(filepath.Join(dir, name)) // the directory was empty: nobody else's
			}
		}
	}()
	if err := syncPath(filepath.Join(staging, daysName)); err != nil {
		return err
	}
	for _, name := range moved {
		if err := os.Rename(filepath.Join(staging, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return syncPath(dir)
}
