// Package node holds stand-ins for modules of Node.js, for the sake of packages that import them: scripts that the bundler puts into a bundle like files of a package.
//
// Some work as in Node.js, in the parts that libraries use: [Source] gives them. Others exist so that a package can be loaded that imports them and does without: what is taken from one of these
// throws when it is used, and [Works] tells them apart. The scripts are made by build.mjs of the folder src and the packages in package-lock.json, whose licences are in LICENCES.txt.
package node

import (
	"embed"
	"slices"
	"strings"
)

//go:embed dist/*.js
var scripts embed.FS

// internal is in front of the names of scripts that only other scripts import.
const internal = "$"

// absent are the modules of which nothing works but constants and questions, such as net.isIP.
var absent = []string{"dns", "fs", "fs/promises", "http2", "net", "tls", "worker_threads", "zlib"}

// aliases are names that mean the same as others.
var aliases = map[string]string{"sys": "util"}

// Source returns the script of a module, a CommonJS module in strict mode, and whether there is one. The name has no "node:" before it; a subpath is part of it, as in "stream/promises". The script
// requires other modules of this package by their names with "node:", and uses the runtime's globals.
func Source(name string) (script string, ok bool) {
	if other, is := aliases[name]; is {
		name = other
	}
	if strings.ContainsAny(name, `.\-`) {
		return "", false
	}
	text, err := scripts.ReadFile("dist/" + strings.ReplaceAll(name, "/", "-") + ".js")
	return string(text), err == nil
}

// Works says whether a module works. Of one that has a source and does not, an action must not expect anything; a package may import it and never use it.
func Works(name string) bool {
	_, ok := Source(name)
	return ok && !slices.Contains(absent, name) && !strings.HasPrefix(name, internal)
}
