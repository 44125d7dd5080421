package bundler

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// ModuleAlias begins an import of a shared module as sources for Auth0 have it.
const ModuleAlias = "actions:"

var moduleName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func isModuleImport(spec string) bool {
	return strings.HasPrefix(spec, ModulePrefix) || strings.HasPrefix(spec, ModuleAlias)
}

// resolveModule finds the shared module that an import means: the version that the importer's lock pins.
func (m *modules) resolveModule(args api.OnResolveArgs) api.OnResolveResult {
	_, name, _ := strings.Cut(args.Path, ":")
	if !moduleName.MatchString(name) {
		return refused(fmt.Sprintf("%q is not a shared module", clip(args.Path, maxPath)), `A module is imported as a whole, by its name: import … from "durward:NAME".`)
	}
	name = ModulePrefix + name
	owner, _ := SplitModule(args.Importer)
	key, declared := m.lock.needs(owner)[name]
	if !declared {
		return refused(fmt.Sprintf("The shared module %q is not declared", clip(name, maxPath)), fmt.Sprintf(`declare it: dependencies {%q: "^1"}`, clip(name, maxPath)))
	}
	m.use(owner, name)
	return api.OnResolveResult{Path: ModulePath(key, m.lock.Modules[key].Entry), Namespace: namespaceAction}
}
