package npm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/durward/durward/progress"
)

// parallel is how many archives are fetched at a time.
const parallel = 6

// maxTogether bounds what the packages of one action unpack to, in bytes.
const maxTogether = 256 << 20

// Fetch returns the packages of a lock by key, from memory, from the cache, or from the registry. An [*Error] says what is wrong with a package. Downloading and unpacking are reported as
// progress.
func (c *Client) Fetch(ctx context.Context, l *Lock) (map[string]*Package, error) {
	packages := make([]*Package, len(l.Packages))
	keys := l.Keys()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	f := c.fetch(l)
	for i, key := range keys {
		group.Go(func() (err error) {
			packages[i], err = f.get(ctx, key, l.Packages[key])
			return l.blame(err, key)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := make(map[string]*Package, len(keys))
	for i, key := range keys {
		all[key] = packages[i]
	}
	return all, nil
}

// fetching is how far one Fetch is.
type fetching struct {
	*Client
	together             room
	packed, missing      int // packages that are not unpacked, and those of them whose archives are not there
	unpacked, downloaded atomic.Int64
	received             atomic.Int64 // bytes
}

func (c *Client) fetch(l *Lock) *fetching {
	f := &fetching{Client: c}
	f.together.left.Store(maxTogether)
	for _, p := range l.Packages {
		if c.kept.get(p.Integrity) != nil {
			continue
		}
		f.packed++
		if !c.cache.has(p.Integrity) {
			f.missing++
		}
	}
	return f
}

func (f *fetching) get(ctx context.Context, key string, p Locked) (*Package, error) {
	if kept := f.kept.get(p.Integrity); kept != nil {
		return kept, f.together.take(int64(kept.size))
	}
	archive, err := f.cache.read(p.Integrity)
	if errors.Is(err, fs.ErrNotExist) {
		archive, err = f.download(ctx, key, p)
	}
	if err != nil {
		return nil, err
	}
	unpacked, err := unpack(p.Name, archive, &f.together)
	if err != nil {
		return nil, err
	}
	f.kept.put(p.Integrity, unpacked)
	progress.Report(ctx, progress.Step{Stage: progress.Unpack, Package: key, Done: int(f.unpacked.Add(1)), Total: f.packed})
	return unpacked, nil
}

// download gets an archive from the registry, checks it and keeps it.
func (f *fetching) download(ctx context.Context, key string, p Locked) ([]byte, error) {
	archive, err := f.load(ctx, key, p)
	if err != nil {
		f.failed.Add(1)
		return nil, err
	}
	f.downloads.Add(1)
	f.bytes.Add(uint64(len(archive)))
	f.downloaded.Add(1)
	f.tell(ctx, key)
	return archive, nil
}

func (f *fetching) load(ctx context.Context, key string, p Locked) ([]byte, error) {
	f.tell(ctx, key)
	doc, err := f.registry.packument(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	about, ok := doc.Versions[p.Version]
	if !ok {
		return nil, refuse(p.Name, "the registry no longer has version %s", p.Version)
	}
	body, err := f.registry.archive(ctx, p.Name, about.Dist.Tarball)
	if err != nil {
		return nil, fmt.Errorf("download %s@%s: %w", p.Name, p.Version, err)
	}
	defer func() { _ = body.Close() }()
	m := &meter{step: func(n int) {
		f.received.Add(int64(n))
		f.tell(ctx, key)
	}}
	archive, err := io.ReadAll(io.TeeReader(body, m))
	f.received.Add(int64(m.rest))
	if err != nil {
		return nil, fmt.Errorf("download %s@%s: %w", p.Name, p.Version, err)
	}
	if err := checkIntegrity(archive, p.Integrity); err != nil {
		e := refuse(p.Name, "version %s: %v", p.Version, err)
		e.Hint = "The registry has replaced the version since it was settled, or somebody has changed the archive on its way. Settling the dependencies anew takes what the registry has now."
		return nil, e
	}
	return archive, f.cache.write(p.Integrity, archive)
}

// tell reports how far the downloads are. A damaged archive in the cache makes one more than was foreseen.
func (f *fetching) tell(ctx context.Context, key string) {
	done := int(f.downloaded.Load())
	progress.Report(ctx, progress.Step{Stage: progress.Download, Package: key, Done: done, Total: max(done, f.missing), Bytes: f.received.Load()})
}

// meter calls step for every meterStep bytes, or some more, that are written to it.
type meter struct {
	step func(n int)
	rest int // bytes since the last one
}

const meterStep = 256 << 10

func (m *meter) Write(p []byte) (int, error) {
	if m.rest += len(p); m.rest >= meterStep {
		m.step(m.rest)
		m.rest = 0
	}
	return len(p), nil
}
