package npm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// packument is what a registry says of a package, as far as it counts here.
type packument struct {
	Name     string              `json:"name"`
	DistTags map[string]string   `json:"dist-tags"`
	Versions map[string]manifest `json:"versions"`
}

// manifest is what a registry says of one version.
type manifest struct {
	Version              string       `json:"version"`
	Dependencies         dependencies `json:"dependencies"`
	OptionalDependencies dependencies `json:"optionalDependencies"`
	PeerDependencies     dependencies `json:"peerDependencies"`
	PeerDependenciesMeta map[string]struct {
		Optional bool `json:"optional"`
	} `json:"peerDependenciesMeta"`
	Deprecated deprecation `json:"deprecated"`
	Dist       struct {
		Tarball   string `json:"tarball"`
		Integrity string `json:"integrity"`
	} `json:"dist"`
}

// dependencies are names and ranges. Old packages have an empty array in their place.
type dependencies map[string]string

func (d *dependencies) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] != '{' {
		return nil
	}
	return json.Unmarshal(text, (*map[string]string)(d))
}

// deprecation is a message, or in some packages a boolean.
type deprecation bool

func (d *deprecation) UnmarshalJSON(text []byte) error {
	*d = deprecation(string(text) != "false" && string(text) != `""` && string(text) != "null")
	return nil
}

// Bounds of what a registry may send.
const (
	maxPackument = 64 << 20
	maxArchive   = 32 << 20
	requestTime  = 60 * time.Second
)

// registry reads packuments and archives, and remembers packuments for a while.
type registry struct {
	settings *Settings
	client   *http.Client
	fresh    time.Duration // for how long a packument is not asked for again

	mu    sync.Mutex
	known map[string]*known
	size  int64 // bytes of the packuments in known, as they came
}

// newRegistry returns a registry that sends each host only the credentials that the settings have for it, also where one redirects to another.
func newRegistry(settings *Settings, client *http.Client, fresh time.Duration) *registry {
	r := &registry{settings: settings, fresh: fresh, known: map[string]*known{}}
	own := *client
	own.CheckRedirect = r.redirect
	r.client = &own
	return r
}

const maxRedirects = 5

// redirect prepares a request that follows another one. By itself net/http hands a token on to every port of the same host and to its subdomains, encrypted or not.
func (r *registry) redirect(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return fmt.Errorf("it redirects more than %d times", maxRedirects)
	}
	if before[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return errors.New("it redirects to an address that is not encrypted")
	}
	next.Header.Del("Authorization")
	if auth := r.settings.authorization(next.URL); auth != "" {
		next.Header.Set("Authorization", auth)
	}
	return nil
}

// known is a packument that was asked for; ready is closed once it is there.
type known struct {
	ready chan struct{}
	at    time.Time
	doc   *packument
	size  int64
	err   error
}

// Bounds of the packuments in memory, and of their bytes.
const (
	maxKnown      = 512
	maxKnownBytes = 192 << 20
)

// packument returns what the registry says of a package. Callers that ask for the same one at a time share the answer.
func (r *registry) packument(ctx context.Context, name string) (*packument, error) {
	for {
		r.mu.Lock()
		k := r.known[name]
		own := k == nil || k.done() && (k.err != nil || time.Since(k.at) > r.fresh)
		if own {
			if len(r.known) >= maxKnown || r.size > maxKnownBytes {
				clear(r.known)
				r.size = 0
			}
			k = &known{ready: make(chan struct{})}
			r.known[name] = k
		}
		r.mu.Unlock()
		if own {
			k.doc, k.size, k.err = r.load(ctx, name)
			k.at = time.Now()
			r.mu.Lock()
			r.size += k.size
			r.mu.Unlock()
			close(k.ready)
			return k.doc, k.err
		}
		select {
		case <-k.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if !errors.Is(k.err, context.Canceled) { // the other caller gave up, not the registry
			return k.doc, k.err
		}
	}
}

func (k *known) done() bool {
	select {
	case <-k.ready:
		return true
	default:
		return false
	}
}

// load asks the registry, and returns how many bytes it answered as well.
func (r *registry) load(ctx context.Context, name string) (*packument, int64, error) {
	base := r.settings.registry(name)
	if base == nil {
		return nil, 0, r.settings.noRegistry(name)
	}
	// The slash of a scope is escaped, as npm itself does it.
	u := *base
	u.Path, u.RawPath = base.Path+name, base.EscapedPath()+strings.ReplaceAll(url.PathEscape(name), "%40", "@")
	body, err := r.get(ctx, &u, "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8", maxPackument)
	if err != nil {
		return nil, 0, fmt.Errorf("package %s: %w", name, err)
	}
	defer func() { _ = body.Close() }()
	doc := &packument{}
	err = json.NewDecoder(body).Decode(doc)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok { // the package's own fault, and asking again is of no use
		return nil, 0, refuse(name, "what the registry says of it is not readable: %v", err)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("package %s: what the registry says is not readable: %w", name, err)
	}
	if doc.Name != name {
		return nil, 0, fmt.Errorf("package %s: the registry answers with another package", name)
	}
	return doc, maxPackument - body.left, nil
}

// archive opens the archive of a package.
func (r *registry) archive(ctx context.Context, name, tarball string) (*limited, error) {
	base := r.settings.registry(name)
	if base == nil {
		return nil, r.settings.noRegistry(name)
	}
	u, err := url.Parse(tarball)
	if err != nil || u.User != nil {
		return nil, fmt.Errorf("package %s: the registry gives no usable address for its archive", name)
	}
	// Mirrors hand on the addresses of the registry that they mirror; the one that is configured is the one that is asked.
	if u.Host != base.Host || u.Scheme != base.Scheme {
		u.Scheme, u.Host = base.Scheme, base.Host
		if i := strings.Index(u.Path, "/"+name+"/-/"); i >= 0 {
			u.Path, u.RawPath = strings.TrimSuffix(base.Path, "/")+u.Path[i:], ""
		}
	}
	return r.get(ctx, u, "application/octet-stream", maxArchive)
}

var errNotThere = errors.New("the registry does not have it")

// get opens what is at an address of a registry, up to so many bytes; more of them are an error while reading.
func (r *registry) get(ctx context.Context, u *url.URL, accept string, most int64) (*limited, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		cancel()
		return nil, err
	}
	request.Header.Set("Accept", accept)
	if auth := r.settings.authorization(u); auth != "" {
		request.Header.Set("Authorization", auth)
	}
	response, err := r.client.Do(request)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("the registry does not answer: %w", withoutAddress(err))
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		cancel()
		switch response.StatusCode {
		case http.StatusNotFound:
			return nil, errNotThere
		case http.StatusUnauthorized, http.StatusForbidden:
			return nil, fmt.Errorf("the registry refuses access (status %d): its credentials are the operator's npm settings", response.StatusCode)
		}
		return nil, fmt.Errorf("the registry answers with status %d", response.StatusCode)
	}
	return &limited{body: response.Body, left: most, cancel: cancel}, nil
}

// withoutAddress leaves the address of a request out of its error: it is the operator's, and the error goes to authors.
func withoutAddress(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// limited is a body of which only so much is read.
type limited struct {
	body   io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

var errTooLarge = errors.New("it is too large")

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLarge
	}
	n, err := l.body.Read(p[:min(int64(len(p)), l.left+1)])
	l.left -= int64(n)
	if l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

func (l *limited) Close() error {
	defer l.cancel()
	return l.body.Close()
}
