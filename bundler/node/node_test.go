package node_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/node"
)

var required = regexp.MustCompile(`require\("node:([^"]+)"\)`)

// Each module can be parsed, and requires nothing but modules that are there.
func TestSource(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("dist/*.js")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Empty(t, api.Transform(string(text), api.TransformOptions{Target: api.ES2022}).Errors, file)
		for _, match := range required.FindAllStringSubmatch(string(text), -1) {
			_, ok := node.Source(match[1])
			require.True(t, ok, "%s requires %s", file, match[1])
		}
		require.Equal(t, len(required.FindAllString(string(text), -1)), strings.Count(string(text), "require(\""), "%s requires something else", file)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ source, works bool }{
		"crypto":          {true, true},
		"util/types":      {true, true},
		"stream/promises": {true, true},
		"path/posix":      {true, true},
		"sys":             {true, true},
		"fs":              {true, false},
		"net":             {true, false},
		"$absent":         {true, false},
		"child_process":   {false, false},
		"util-types":      {false, false},
		"node:crypto":     {false, false},
		"../node.go":      {false, false},
		"buffer-global":   {false, false},
		"":                {false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ok := node.Source(name)
			require.Equal(t, test.source, ok)
			require.Equal(t, test.works, node.Works(name))
		})
	}
}

// The committed scripts are what their sources make.
func TestFresh(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("node_modules"); err != nil {
		message := "the packages are not installed: run npm ci in bundler/node"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	out, err := exec.Command("node", "build.mjs", "--check").CombinedOutput()
	require.NoError(t, err, "%s", out)
}
