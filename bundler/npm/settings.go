package npm

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Settings are the operator's npm settings: where packages come from, and with which credentials.
type Settings struct {
	// Registry is the address of the registry for packages without a scope, and for scopes without a registry of their own; nil if there is none.
	Registry *url.URL
	// Scopes are registries by scope, for example "@acme".
	Scopes map[string]*url.URL
	// Authorization are the values of that header by host and path, as in the keys of the settings: "registry.example.com/npm/".
	Authorization map[string]string
}

// ParseSettings reads settings in the form of an .npmrc file. Known are registry, @scope:registry, and for a registry's address _authToken, _auth, and username with _password; other keys are
// npm's own business and passed over. ${NAME} is taken from the environment, which getenv reads; a name that is not there is an error.
func ParseSettings(text string, getenv func(string) (string, bool)) (*Settings, error) {
	s := &Settings{Scopes: map[string]*url.URL{}, Authorization: map[string]string{}}
	users, passwords := map[string]string{}, map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		key, value, ok, err := setting(lines.Text(), getenv)
		if err == nil && ok {
			err = s.set(key, value, users, passwords)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", n, key, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	for place, user := range users {
		if _, there := s.Authorization[place]; !there {
			s.Authorization[place] = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+passwords[place]))
		}
	}
	return s, nil
}

// setting takes one line apart; ok is false if there is nothing in it.
func setting(line string, getenv func(string) (string, bool)) (key, value string, ok bool, err error) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == ';' || line[0] == '#' || line[0] == '[' {
		return "", "", false, nil
	}
	key, value, ok = strings.Cut(line, "=")
	if !ok {
		return "", "", false, nil // a switch of npm's own
	}
	value, err = expand(strings.Trim(strings.TrimSpace(value), `"'`), getenv)
	return strings.TrimSpace(key), value, true, err
}

func expand(value string, getenv func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(value, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", errors.New("a ${ is not closed") // without what follows, which can be a part of a token
		}
		got, ok := getenv(name)
		if !ok {
			return "", fmt.Errorf("the environment has no %s", name)
		}
		out.WriteString(got)
		value = after
	}
}

func (s *Settings) set(key, value string, users, passwords map[string]string) (err error) {
	place, name, placed := cutPlace(key)
	switch {
	case key == "registry":
		s.Registry, err = address(value)
	case strings.HasPrefix(key, "@") && strings.HasSuffix(key, ":registry"):
		s.Scopes[strings.TrimSuffix(key, ":registry")], err = address(value)
	case !placed:
	case name == "_authToken":
		s.Authorization[place] = "Bearer " + value
	case name == "_auth":
		s.Authorization[place] = "Basic " + value
	case name == "username":
		users[place] = value
	case name == "_password":
		password, decodeErr := base64.StdEncoding.DecodeString(value)
		if decodeErr != nil {
			return errors.New("it is not base64")
		}
		passwords[place] = string(password)
	}
	return err
}

// cutPlace takes a key of the form //host/path/:name apart.
func cutPlace(key string) (place, name string, ok bool) {
	rest, ok := strings.CutPrefix(key, "//")
	if !ok {
		return "", "", false
	}
	i := strings.LastIndex(rest, ":")
	if i < 0 {
		return "", "", false
	}
	return strings.TrimSuffix(rest[:i], "/") + "/", rest[i+1:], true
}

func address(value string) (*url.URL, error) {
	u, err := url.Parse(value)
	if strings.Contains(value, "@") && (err != nil || u.User != nil) {
		return nil, errors.New("an address has no user and password in it: write them as //host/path/:username and //host/path/:_password, or a token as :_authToken")
	}
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not the address of a registry", value)
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

// registry is where a package comes from; nil if nowhere.
func (s *Settings) registry(name string) *url.URL {
	if scope, _, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(scope, "@") {
		if u := s.Scopes[scope]; u != nil {
			return u
		}
	}
	return s.Registry
}

// noRegistry is the error for a package that comes from nowhere.
func (s *Settings) noRegistry(name string) error {
	if len(s.Scopes) == 0 {
		return ErrNoRegistry
	}
	e := refuse(name, "the server has a registry only for %s", strings.Join(slices.Sorted(maps.Keys(s.Scopes)), ", "))
	e.Hint = "The operator names one for all other packages in the file of --npmrc or DURWARD_NPMRC: registry=https://…/"
	return e
}

// authorization is the header's value for an address: that of the longest place that it lies in, whatever detours its path takes.
func (s *Settings) authorization(u *url.URL) string {
	place := u.Host + path.Clean("/"+u.Path)
	best, value := -1, ""
	for p, v := range s.Authorization {
		if strings.HasPrefix(place, p) && len(p) > best {
			best, value = len(p), v
		}
	}
	return value
}
