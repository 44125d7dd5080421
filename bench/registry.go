package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
)

// registry serves, on loopback, the packages that npm has installed in a folder.
type registry struct {
	*httptest.Server
	folders map[string]map[string]string // by name and version
}

func startRegistry(installed string) (*registry, error) {
	r := &registry{folders: map[string]map[string]string{}}
	err := filepath.WalkDir(installed, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "package.json" || !isPackage(filepath.Dir(path)) {
			return err
		}
		about, err := manifest(filepath.Dir(path))
		if err != nil {
			return err
		}
		name, _ := about["name"].(string)
		version, _ := about["version"].(string)
		if r.folders[name] == nil {
			r.folders[name] = map[string]string{}
		}
		r.folders[name][version] = filepath.Dir(path)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: run npm ci in bundler/npm/matrix", err)
	}
	if err != nil {
		return nil, err
	}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	return r, nil
}

// isPackage says whether a folder is that of a package, and not one within it.
func isPackage(folder string) bool {
	parent := filepath.Dir(folder)
	if strings.HasPrefix(filepath.Base(parent), "@") {
		parent = filepath.Dir(parent)
	}
	return filepath.Base(parent) == "node_modules"
}

func manifest(folder string) (map[string]any, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return nil, err
	}
	var about map[string]any
	return about, json.Unmarshal(text, &about)
}

const archives = "/-/"

// serve answers with what is known of a package, or with an archive at /name/-/version.
func (r *registry) serve(w http.ResponseWriter, q *http.Request) {
	name, version, isArchive := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), archives)
	if isArchive {
		archive, err := pack(r.folders[name][version])
		if err != nil {
			http.NotFound(w, q)
			return
		}
		_, _ = w.Write(archive)
		return
	}
	versions, latest := map[string]any{}, ""
	for version, folder := range r.folders[name] {
		about, err := manifest(folder)
		if err != nil {
			continue
		}
		archive, err := pack(folder)
		if err != nil {
			continue
		}
		sum := sha512.Sum512(archive)
		about["dist"] = map[string]any{"tarball": r.URL + "/" + name + archives + version, "integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
		versions[version], latest = about, version
	}
	if latest == "" {
		http.NotFound(w, q)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": latest}, "versions": versions})
}

// pack makes the archive of a package, always with the same bytes.
func pack(folder string) ([]byte, error) {
	var out bytes.Buffer
	zipped, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	archive := tar.NewWriter(zipped)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Name: "package/" + filepath.ToSlash(inside), Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(text))}); err != nil {
			return err
		}
		_, err = archive.Write(text)
		return err
	})
	err = errors.Join(err, archive.Close(), zipped.Close())
	return out.Bytes(), err
}
