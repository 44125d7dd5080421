package vm

import (
	"crypto/sha256"

	"github.com/dop251/goja"

	"github.com/durward/durward/netaddr"
)

// Config is the config of an attachment, which many executions get: a JSON object. It is immutable.
//
// A large one costs an execution next to nothing: it is sent to a worker once, its members are made when they are read, and its lists are looked up by indexes that are made once per machine.
type Config struct {
	Digest Digest // of the text
	Text   []byte
}

// NewConfig returns a config with its digest; nil, which stands for {}, for an empty text.
func NewConfig(text []byte) *Config {
	if len(text) == 0 {
		return nil
	}
	return &Config{Digest: sha256.Sum256(text), Text: text}
}

// document is a config as a machine has it.
type document struct {
	text    []byte
	members []documentMember // nil until they are needed
	lists   map[string]*list // those that were looked at
}

type documentMember struct {
	name string
	raw  []byte
}

// list is a list of a config, with the indexes that were asked for.
type list struct {
	texts    []string
	words    map[string]struct{}
	domains  *netaddr.Domains
	networks *netaddr.Networks
}

// LoadConfig makes a config known, so that calls can have it by its digest alone.
func (m *Machine) LoadConfig(c *Config) {
	if _, known := m.configs[c.Digest]; known {
		return
	}
	m.configs[c.Digest] = &document{text: c.Text}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.seen = m.memory.keep(m.memory.seen)
}

// ForgetConfigs drops all configs. Executions that have one keep it until they end.
func (m *Machine) ForgetConfigs() { clear(m.configs) }

// document is the config of a call: one that is known, or else what the call brings along.
func (m *Machine) document(c *Config) *document {
	if c == nil {
		return nil
	}
	if d, known := m.configs[c.Digest]; known {
		return d
	}
	return &document{text: c.Text}
}

// split finds the members, so that nothing goes through the whole text again.
func (d *document) split() error {
	if d.members != nil {
		return nil
	}
	p := jsonReader{text: d.text}
	members := []documentMember{}
	err := p.members(func(name string, raw []byte) { members = append(members, documentMember{name, raw}) })
	if err == nil {
		d.members = members
	}
	return err
}

// into makes the config a member of an input, when it is read.
func (d *document) into(rt *goja.Runtime, input goja.Value) error {
	object, ok := input.(*goja.Object)
	if !ok {
		return errJSON
	}
	p := jsonReader{rt: rt}
	return p.late(object, "config", func() (goja.Value, error) { return d.value(rt) })
}

// value makes the config as an execution sees it.
func (d *document) value(rt *goja.Runtime) (goja.Value, error) {
	if err := d.split(); err != nil {
		return nil, err
	}
	object := rt.NewObject()
	for _, m := range d.members {
		p := jsonReader{rt: rt, text: m.raw}
		if len(m.raw) > lateBytes && (m.raw[0] == '{' || m.raw[0] == '[') {
			if err := p.late(object, m.name, func() (goja.Value, error) { return p.value(1) }); err != nil {
				return nil, err
			}
			continue
		}
		value, err := p.value(1)
		if err != nil {
			return nil, err
		}
		if err := define(object, m.name, value); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// list is the member of a name, if it is an array of strings; else nil.
func (d *document) list(name string) *list {
	if l, made := d.lists[name]; made {
		return l
	}
	if d.split() != nil {
		return nil
	}
	for _, m := range d.members {
		if m.name != name {
			continue
		}
		p := jsonReader{text: m.raw}
		texts, err := p.texts()
		if err != nil {
			return nil
		}
		if d.lists == nil {
			d.lists = map[string]*list{}
		}
		d.lists[name] = &list{texts: texts}
		return d.lists[name]
	}
	return nil
}

func (l *list) has(text string) bool {
	if l.words == nil {
		l.words = make(map[string]struct{}, len(l.texts))
		for _, text := range l.texts {
			l.words[text] = struct{}{}
		}
	}
	_, there := l.words[text]
	return there
}

// hasDomain says whether an entry stands for a domain. Entries that are no patterns stand for none.
func (l *list) hasDomain(domain string) bool {
	if l.domains == nil {
		l.domains = &netaddr.Domains{}
		for _, text := range l.texts {
			_ = l.domains.Add(text)
		}
	}
	return l.domains.Has(domain)
}

// hasAddress says whether an entry holds an IP address. Entries that are no networks hold none.
func (l *list) hasAddress(ip string) bool {
	if l.networks == nil {
		l.networks = &netaddr.Networks{}
		for _, text := range l.texts {
			_ = l.networks.Add(text)
		}
	}
	parsed, ok := netaddr.IP(ip)
	return ok && l.networks.Has(parsed)
}
