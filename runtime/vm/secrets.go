package vm

import (
	"regexp"
	"slices"
	"sync"

	"github.com/dop251/goja"
)

// secretName matches the names that secrets can have. Whatever else is read of the secrets is no attempt to read one.
var secretName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`) })

// guardSecrets makes reading a secret that the version does not declare throw, where it would be undefined and be sent as such. What is declared and not set is undefined.
//
// The guard is behind the object, as its prototype: secrets that are there cost nothing more, and listing, spreading and asking with "in" do not meet it.
func (x *Execution) guardSecrets(secrets *goja.Object) {
	plain := secrets.Prototype()
	guard := x.rt.NewProxy(plain, &goja.ProxyTrapConfig{
		Get: func(_ *goja.Object, name string, _ goja.Value) goja.Value {
			if value := plain.Get(name); value != nil {
				return value
			}
			if slices.Contains(x.call.Secrets, name) || !secretName().MatchString(name) || name == "toJSON" || name == "then" { // which JSON.stringify and await look for
				return goja.Undefined()
			}
			panic(x.undeclared(name))
		},
	})
	_ = secrets.SetPrototype(x.rt.ToValue(guard).(*goja.Object)) // a plain object takes any
}

func (x *Execution) undeclared(name string) *goja.Object {
	err := x.rt.NewTypeError(`the secret %s is not declared: add %q to "secrets" of the action's draft`, name, name)
	_ = err.Set("code", "secret_undeclared") // an object that was just made
	return err
}
