// Package host does, in the server, what actions ask of the world outside their sandbox: requests over the network behind an egress policy, cache, counters, and the
// secrets that never enter JavaScript.
//
// [Settings] are what a tenant's actions may use; a [Session] serves one execution, and is what its worker can reach. Everything that a session is asked for is hostile: a worker that was
// taken over asks for whatever it likes.
package host

import (
	"context"
	"sync"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// Settings are what one tenant's actions may use and reach. They are immutable: a change makes new ones.
type Settings struct {
	// Limits are the most that one execution may have. A zero field means the default of vm.Limits.
	Limits vm.Limits
	Egress Egress
	// Secrets are the tenant's secrets by name.
	Secrets map[string]Secret

	reading sync.Once
	read    lists
}

// Secret is a secret's value and who may see it.
type Secret struct {
	Value string
	// Brokered says that the value never enters JavaScript: the action has "secret://NAME" in its place, which is replaced in the headers and the body of its requests.
	Brokered bool
	// Hosts are where a brokered secret may be sent to, as in Egress.Hosts; nowhere if there are none.
	Hosts []string
}

// Reference is what stands for a brokered secret in an action.
func Reference(name string) string { return "secret://" + name }

// Egress says where requests may go. Addresses that are not public are refused whatever it says, but for the targets in Internal. An entry of a list of hosts that names no port is for
// ports 80 and 443; one that means nothing allows nothing.
type Egress struct {
	// Hosts are allowed, as "api.example.com", "*.example.com" (one label or more) or either with a ":port". Empty: every public host, on ports 80 and 443.
	Hosts []string
	// Methods are allowed. Empty: all.
	Methods []string
	// Schemes are allowed, "https" and "http". Empty: both.
	Schemes []string
	// Internal are targets that the operator has opened although their addresses are not public, as "host:port"; they need not be in Hosts. Metadata services and link-local
	// addresses are opened only by an entry with the address itself.
	Internal []string
}

// Grant is what one execution may use of its tenant's settings.
type Grant struct {
	Tenant string
	Action string // its slug: caches and counters are the action's own
	// Draft says that what runs is not published. Its cache and counters are apart from those of versions: who may run drafts shall not change what versions decide by them.
	Draft bool
	// Secrets are the names of those that its version declares.
	Secrets []string
	// Hosts are those that its version declares, as in Egress.Hosts; targets in Egress.Internal must be among them too. "*" stands for every host that the tenant's policy allows. It reaches no
	// others: none if it declares none.
	Hosts  []string
	Limits vm.Limits
}

// Request is one request that an execution has sent, or that its policy has refused, for the record: no bodies, no credentials, no query.
type Request struct {
	Method string
	Host   string // with the port if it is not the scheme's own
	Path   string
	Status int // 0 if there was no answer
	// Sent and Received are bytes of bodies. Of an answer that came compressed, the larger of what came and what it stands for; what was not read is not counted.
	Sent, Received int64
	// Took is the time until the answer was read to its end, or given up.
	Took time.Duration
	// Error is a machine word, such as egress_denied, if there was no answer or it broke off.
	Error string
}

// Tenants knows every tenant's settings.
type Tenants interface {
	// Settings returns a tenant's settings, without I/O where they are known already.
	Settings(ctx context.Context, tenant string) (*Settings, error)
}
