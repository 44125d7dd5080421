package npm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
)

func environment(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "t0k", "HOST": "npm.example.com", "EMPTY": ""}[name]
	return value, ok
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s, err := npm.ParseSettings("; a comment\n# another\n[section]\nfund = false\nworkspaces\n"+
		"registry = \"https://${HOST}/a?x=1\"\n@acme:registry=http://127.0.0.1:4873\n"+
		"//npm.example.com/a/:_authToken=${TOKEN}${EMPTY}\n//127.0.0.1:4873/:username=ada\n//127.0.0.1:4873/:_password=cHcx\n//x.example.com/:_auth=YTpi\n//x.example.com/:email=x\n", environment)
	require.NoError(t, err)
	require.Equal(t, "https://npm.example.com/a/", s.Registry.String())
	require.Equal(t, "http://127.0.0.1:4873/", s.Scopes["@acme"].String())
	require.Equal(t, map[string]string{"npm.example.com/a/": "Bearer t0k", "127.0.0.1:4873/": "Basic YWRhOnB3MQ==", "x.example.com/": "Basic YTpi"}, s.Authorization)
}

func TestSettingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a variable that is not there": {"\nregistry=${NOWHERE}", "line 2: registry: the environment has no NOWHERE"},
		"a variable that is not ended": {"registry=${HOST", "line 1: registry: a ${ is not closed"},
		"an address without a host":    {"registry=npm", `line 1: registry: "npm" is not the address of a registry`},
		"an address of files":          {"@a:registry=file:///etc", "is not the address of a registry"},
		"a password in an address":     {"registry=https://a:b@example.com/", "line 1: registry: an address has no user and password in it"},
		"a password that is no base64": {"//example.com/:_password=%%", "line 1: //example.com/:_password: it is not base64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := npm.ParseSettings(test.text, environment)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func FuzzSettings(f *testing.F) {
	f.Add("registry=https://example.com/\n//example.com/:_authToken=${TOKEN}\n")
	f.Add("@a:registry=http://[::1]:80/x\n//[::1]:80/x/:username=u\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := npm.ParseSettings(text, environment)
		if err == nil && s.Registry != nil {
			require.NotEmpty(t, s.Registry.Host)
			require.Regexp(t, "/$", s.Registry.Path)
		}
	})
}
