package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// Package is an unpacked package: its files by path, as far as a script can use them. It is immutable and shared.
type Package struct {
	Files map[string][]byte
	// Sources says that it declares itself by its sources in TypeScript.
	Sources bool
	size    int
}

// Bounds of what an archive may hold.
const (
	maxFiles    = 20_000
	maxUnpacked = 128 << 20
	maxFile     = 16 << 20
	maxPath     = 512
	maxPart     = 255 // of a path; more is not in any file system
	maxFolders  = 32
)

// useful are the endings of files that are kept.
var useful = []string{".js", ".cjs", ".mjs", ".json", ".d.ts", ".d.cts", ".d.mts"}

// sha512Of takes the first SHA-512 out of an integrity as registries give it (W3C Subresource Integrity): digests separated by spaces. A lock has one digest only, so that it names one archive.
func sha512Of(integrity string) (string, bool) {
	for digest := range strings.FieldsSeq(integrity) {
		digest, _, _ = strings.Cut(digest, "?") // options, of which there are none yet
		if _, ok := sum512(digest); ok {
			return digest, true
		}
	}
	return "", false
}

// sum512 is what a digest of the form "sha512-" and base64 says.
func sum512(digest string) ([]byte, bool) {
	text, ok := strings.CutPrefix(digest, "sha512-")
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	return sum, ok && err == nil && len(sum) == sha512.Size
}

// checkIntegrity compares an archive with its digest.
func checkIntegrity(archive []byte, digest string) error {
	want, ok := sum512(digest)
	if sum := sha512.Sum512(archive); !ok || subtle.ConstantTimeCompare(want, sum[:]) != 1 {
		return errors.New("the archive is not the one that its digest names")
	}
	return nil
}

// room is how many bytes the packages of one action may still unpack to. They are unpacked at a time, and all of them hold to it while they are.
type room struct{ left atomic.Int64 }

// take returns an error if there is no room for so many bytes more.
func (r *room) take(size int64) error {
	if r.left.Add(-size) < 0 {
		return refuse("", "the packages unpack to more than %d MB together", maxTogether>>20)
	}
	return nil
}

// unpack takes an archive apart. It returns an [*Error] for what no honest archive has, and for a package that a script cannot use.
func unpack(name string, archive []byte, together *room) (*Package, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, refuse(name, "its archive is no gzip file")
	}
	p := &Package{Files: map[string][]byte{}}
	total := &counted{from: zipped, left: maxUnpacked}
	entries := tar.NewReader(total)
	for n := 0; ; n++ {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && n == maxFiles {
			return nil, refuse(name, "its archive has more than %d entries", maxFiles)
		}
		if err == nil {
			err = p.take(name, header, entries, together)
		}
		if err != nil {
			return nil, archiveError(name, total, err)
		}
	}
	if err := p.foldersAreNoFiles(name); err != nil {
		return nil, err
	}
	return p, p.usable(name)
}

// foldersAreNoFiles refuses paths that cannot be there together: whoever writes the files into folders would fail.
func (p *Package) foldersAreNoFiles(name string) error {
	for file := range p.Files {
		for folder := path.Dir(file); folder != "."; folder = path.Dir(folder) {
			if _, ok := p.Files[folder]; ok {
				return refuse(name, "its archive has %q as a file and as a folder", clip(folder))
			}
		}
	}
	return nil
}

func archiveError(name string, total *counted, err error) error {
	var own *Error
	switch {
	case errors.As(err, &own):
		return own
	case total.left < 0:
		return refuse(name, "its archive unpacks to more than %d MB", maxUnpacked>>20)
	}
	return refuse(name, "its archive is damaged: %v", err)
}

// take keeps one entry of an archive if it is of use.
func (p *Package) take(name string, header *tar.Header, content io.Reader, together *room) error {
	switch header.Typeflag {
	case tar.TypeReg:
		if hasHoles(header) {
			return refuse(name, "its archive has a file with holes, %q", clip(header.Name))
		}
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeLink, tar.TypeSymlink:
		return refuse(name, "its archive has a link, %q", clip(header.Name))
	default:
		return refuse(name, "its archive has %q, which is no regular file", clip(header.Name))
	}
	// The first folder is "package" mostly, and npm ignores what it is called.
	_, file, ok := strings.Cut(strings.TrimPrefix(header.Name, "./"), "/")
	if !ok {
		return nil
	}
	if !filepath.IsLocal(header.Name) || !filepath.IsLocal(file) || strings.ContainsAny(file, "\\\x00:") || len(file) > maxPath || strings.Count(file, "/") > maxFolders {
		return refuse(name, "its archive has a file at %q", clip(header.Name))
	}
	file = path.Clean(file)
	if strings.HasSuffix(file, ".node") || file == "binding.gyp" {
		return refuseNative(name)
	}
	if !isUseful(file) {
		return nil
	}
	if !utf8.ValidString(file) || strings.ContainsFunc(file, unicode.IsControl) || slices.ContainsFunc(strings.Split(file, "/"), func(part string) bool { return len(part) > maxPart }) {
		return refuse(name, "its archive has a file at %q", clip(header.Name))
	}
	if header.Size > maxFile {
		return refuse(name, "its file %q is larger than %d MB", clip(file), maxFile>>20)
	}
	if err := together.take(header.Size); err != nil {
		return err
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	p.Files[file] = text
	p.size += len(text)
	return nil
}

// hasHoles says whether an entry is a sparse file in the form of PAX. Its holes take no bytes of the archive, so that the bound on what that unpacks to would not see them.
func hasHoles(header *tar.Header) bool {
	for record := range header.PAXRecords {
		if strings.HasPrefix(record, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func isUseful(file string) bool {
	for _, ending := range useful {
		if strings.HasSuffix(file, ending) {
			return true
		}
	}
	return path.Ext(file) == "" // a script without an ending can be required by its name
}

func refuseNative(name string) error {
	e := refuse(name, "it is a native add-on: it brings machine code, and actions run JavaScript only")
	e.Hint = "Many such packages have a counterpart in plain JavaScript, for example bcryptjs for bcrypt."
	return e
}

// usable checks the package's own description.
func (p *Package) usable(name string) error {
	text, ok := p.Files["package.json"]
	if !ok {
		return refuse(name, "its archive has no package.json")
	}
	value, err := ordered(text)
	if err != nil {
		return refuse(name, "its package.json is not readable: %v", err)
	}
	about, ok := value.(object)
	if !ok {
		return refuse(name, "its package.json is not a JSON object")
	}
	if gypfile, _ := about.get("gypfile"); gypfile == true {
		return refuseNative(name)
	}
	return nil
}

// counted is a reader of which only so much is read.
type counted struct {
	from io.Reader
	left int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.from.Read(b[:min(int64(len(b)), c.left+1)])
	if c.left -= int64(n); c.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s…", strings.ToValidUTF8(s[:most], ""))
}
