package npm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Client resolves and fetches packages. It is safe for concurrent use.
type Client struct {
	registry *registry
	cache    cache
	kept     unpacked

	downloads, bytes, failed atomic.Uint64
}

// Stats are figures since the client was made.
type Stats struct {
	Downloads uint64 // archives that came whole and unharmed
	Bytes     uint64 // of them
	Failed    uint64 // downloads that did not
}

// Stats returns the figures.
func (c *Client) Stats() Stats {
	return Stats{Downloads: c.downloads.Load(), Bytes: c.bytes.Load(), Failed: c.failed.Load()}
}

// Options are what a client works with.
type Options struct {
	// Settings say where packages come from. With none that names a registry, [Client.Resolve] and whatever is not in the cache answer [ErrNoRegistry].
	Settings *Settings
	// Cache is the folder in which archives are kept. It is made when it is needed.
	Cache string
	// CacheSize is how many bytes of archives are kept; those go first that were not used for the longest time. Default: 2 GB.
	CacheSize int64
	// HTTP does the requests. Default: a client of its own, with the proxy that the environment names.
	HTTP *http.Client
	// Fresh is for how long what a registry said of a package is believed without asking again. Default: 1 minute.
	Fresh time.Duration
}

// New returns a client.
func New(o Options) *Client {
	if o.Settings == nil {
		o.Settings = &Settings{}
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	if o.Fresh == 0 {
		o.Fresh = time.Minute
	}
	if o.CacheSize == 0 {
		o.CacheSize = 2 << 30
	}
	return &Client{
		registry: newRegistry(o.Settings, o.HTTP, o.Fresh),
		cache:    cache{dir: o.Cache, most: o.CacheSize}, kept: unpacked{by: map[string]*Package{}},
	}
}

// parallel is how many archives are fetched at a time.
const parallel = 6

// maxTogether bounds what the packages of one action unpack to, in bytes.
const maxTogether = 256 << 20

// Fetch returns the packages of a lock by key, from memory, from the cache, or from the registry. An [*Error] says what is wrong with a package. The progress gets the key of each package that
// has to be downloaded.
func (c *Client) Fetch(ctx context.Context, l *Lock, progress func(string)) (map[string]*Package, error) {
	packages := make([]*Package, len(l.Packages))
	keys := l.Keys()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	together := new(room)
	together.left.Store(maxTogether)
	for i, key := range keys {
		group.Go(func() (err error) {
			packages[i], err = c.fetch(ctx, l.Packages[key], together, func() {
				if progress != nil {
					progress(key)
				}
			})
			return err
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

func (c *Client) fetch(ctx context.Context, p Locked, together *room, downloads func()) (*Package, error) {
	if kept := c.kept.get(p.Integrity); kept != nil {
		return kept, together.take(int64(kept.size))
	}
	archive, err := c.cache.read(p.Integrity)
	if errors.Is(err, fs.ErrNotExist) {
		downloads()
		if archive, err = c.download(ctx, p); err != nil {
			c.failed.Add(1)
			return nil, err
		}
		c.downloads.Add(1)
		c.bytes.Add(uint64(len(archive)))
	}
	if err != nil {
		return nil, err
	}
	unpacked, err := unpack(p.Name, archive, together)
	if err != nil {
		return nil, err
	}
	c.kept.put(p.Integrity, unpacked)
	return unpacked, nil
}

// download gets an archive from the registry, checks it and keeps it.
func (c *Client) download(ctx context.Context, p Locked) ([]byte, error) {
	doc, err := c.registry.packument(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	m, ok := doc.Versions[p.Version]
	if !ok {
		return nil, refuse(p.Name, "the registry no longer has version %s", p.Version)
	}
	body, err := c.registry.archive(ctx, p.Name, m.Dist.Tarball)
	if err != nil {
		return nil, fmt.Errorf("download %s@%s: %w", p.Name, p.Version, err)
	}
	defer func() { _ = body.Close() }()
	archive, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("download %s@%s: %w", p.Name, p.Version, err)
	}
	if err := checkIntegrity(archive, p.Integrity); err != nil {
		e := refuse(p.Name, "version %s: %v", p.Version, err)
		e.Hint = "The registry has replaced the version since it was settled, or somebody has changed the archive on its way. Settling the dependencies anew takes what the registry has now."
		return nil, e
	}
	return archive, c.cache.write(p.Integrity, archive)
}
