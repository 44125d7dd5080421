package npm

import (
	"net/http"
	"sync/atomic"
	"time"
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
