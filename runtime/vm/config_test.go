package vm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// runWith runs the body of an action with a config that the machine has, twice: what the first execution does to it is nothing to the second one.
func runWith(t *testing.T, config, code string) vm.Result {
	t.Helper()
	machine, digest := load(t, body(code), nil)
	c := vm.NewConfig([]byte(config))
	machine.LoadConfig(c)
	call := vm.Call{Entry: "execute", Input: []byte(`{"trigger":"login.after","secrets":{}}`), Config: &vm.Config{Digest: c.Digest}}
	first := drive(machine.Start(digest, call))
	require.Equal(t, first.Outcome, drive(machine.Start(digest, call)).Outcome)
	return first
}

func TestConfig(t *testing.T) {
	t.Parallel()
	long := `["` + strings.Repeat(`aaaaaaaaa","`, 100) + `z"]`
	config := `{"text":"a","list":` + long + `,"nested":{"on":true},"number":1.5,"none":null, "__proto__" : 1}`
	r := runWith(t, config, `
		const before = Object.keys(input.config).join();
		input.config.list.push("b");
		input.config.text = "changed";
		return { before, same: input.config === input.config, length: input.config.list.length, text: input.config.text, proto: input.config.__proto__, rest: [input.config.nested, input.config.number, input.config.none] };
	`)
	require.Nil(t, r.Failure)
	require.JSONEq(t, `{"before":"text,list,nested,number,none,__proto__","same":true,"length":102,"text":"changed","proto":1,"rest":[{"on":true},1.5,null]}`, string(r.Outcome))

	machine, digest := load(t, body(`return input.config`), nil)
	r = drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{"config":{"a":1}}`)}))
	require.Equal(t, `{"a":1}`, string(r.Outcome))
	r = drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Config: vm.NewConfig([]byte(`{"a":2}`))}))
	require.Equal(t, `{"a":2}`, string(r.Outcome))
	r = drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Config: vm.NewConfig([]byte(`{"a":`))}))
	require.Equal(t, vm.FailThrown, r.Failure.Kind)
}

func TestConfigLists(t *testing.T) {
	t.Parallel()
	config := `{"words":["a","\u0062"],"domains":["Example.com","*.bücher.example","not a domain"],"networks":["192.0.2.0/24","2001:db8::1","?"],"mixed":["a",1],"word":"a","empty":[]}`
	for code, want := range map[string]string{
		`durward.list("words").has("a")`:                                                                 `true`,
		`durward.list("words").has("b")`:                                                                 `true`,
		`durward.list("words").has("c")`:                                                                 `false`,
		`durward.list("empty").has("")`:                                                                  `false`,
		`durward.list("domains").hasDomain("ada@EXAMPLE.com")`:                                           `true`,
		`durward.list("domains").hasDomain("a.b.xn--bcher-kva.example")`:                                 `true`,
		`durward.list("domains").hasDomain("bücher.example")`:                                            `false`,
		`durward.list("domains").hasDomain("not a domain")`:                                              `false`,
		`durward.list("networks").hasAddress("::ffff:192.0.2.9")`:                                        `true`,
		`durward.list("networks").hasAddress("2001:db8::1")`:                                             `true`,
		`durward.list("networks").hasAddress("2001:db8::2")`:                                             `false`,
		`durward.list("networks").hasAddress("?")`:                                                       `false`,
		`(input.config.words = [], durward.list("words").has("a"))`:                                      `true`,
		`durward.domain("Ada@Bücher.example") + durward.domain("a..b")`:                                  `"xn--bcher-kva.exampleundefined"`,
		`durward.ip.normal("::ffff:192.0.2.1") + durward.ip.normal("x")`:                                 `"192.0.2.1undefined"`,
		`durward.ip.network("192.0.2.77") + durward.ip.network("2001:db8:1:2:3::4")`:                     `"192.0.2.77/322001:db8:1:2::/64"`,
		`durward.ip.network("192.0.2.77", { v4: 24 }) + durward.ip.network("2001:db8:1::4", { v6: 32 })`: `"192.0.2.0/242001:db8::/32"`,
		`[durward.ip.network("x"), durward.ip.within("192.0.2.1", ["10.0.0.0/8", "192.0.2.1"]), durward.ip.within("x", ["0.0.0.0/0"]), durward.ip.within("::1", [])]`: `[null,true,false,false]`,
	} {
		r := runWith(t, config, "return "+code)
		require.Nil(t, r.Failure, "%s: %v", code, r.Failure)
		require.Equal(t, want, string(r.Outcome), code)
	}
	for code, want := range map[string]string{
		`durward.list("mixed")`:                  `the config has no list of strings that is called "mixed"`,
		`durward.list("word")`:                   `no list of strings`,
		`durward.list("absent")`:                 `no list of strings`,
		`durward.list()`:                         `durward.list: the name must be a string`,
		`durward.list("words").has(1)`:           `durward.list.has: the text must be a string`,
		`durward.domain({})`:                     `durward.domain: the address must be a string`,
		`durward.ip.within("::1", ["10/8"])`:     `"10/8" is no network: write an address such as`,
		`durward.ip.network("::1", { v6: 129 })`: `v6 must be an integer from 1 to 128`,
	} {
		r := runWith(t, config, code)
		require.NotNil(t, r.Failure, code)
		require.Contains(t, r.Failure.Message, want, code)
	}
}

// An index belongs to a config, not to the execution that has it made: it does not count against the memory of one.
func TestLargeConfig(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"domains":["example.com"`)
	for i := range 100_000 {
		fmt.Fprintf(&b, `,"d%06d.example.com"`, i)
	}
	b.WriteString(`]}`)
	machine, digest := load(t, body(`return durward.list("domains").hasDomain(input.domain)`), nil)
	c := vm.NewConfig([]byte(b.String()))
	machine.LoadConfig(c)
	for domain, want := range map[string]string{"d012345.example.com": "true", "e012345.example.com": "false"} {
		r := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{"domain":"` + domain + `"}`), Config: c, Limits: vm.Limits{CPU: time.Minute, Wall: time.Minute, Memory: 2 << 20}}))
		require.Nil(t, r.Failure)
		require.Equal(t, want, string(r.Outcome))
	}
}

// Whatever a config is, an action sees it as JSON.parse would have it, and a lookup finds in a list what is there.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{`{}`, ` { "a" : [ "x" , "\u0062" ] , "b":{"c":null} } `, `{"a":["` + strings.Repeat(`y","`, 200) + `z"],"n":-1.5e3,"t":true}`, `{"a":[1,"x"]}`, `{"":""}`} {
		f.Add(seed)
	}
	program := vm.NewProgram([]byte(`"use strict"; var $action = { execute(input) {
		const found = {};
		for (const [name, value] of Object.entries(input.config)) {
			if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) found[name] = value.every((entry) => durward.list(name).has(entry));
		}
		return [input.config, found];
	} };`), nil)
	f.Fuzz(func(t *testing.T, text string) {
		var members map[string]json.RawMessage
		if !utf8.ValidString(text) || strings.Contains(text, `\u`) || json.Unmarshal([]byte(text), &members) != nil || members == nil {
			return
		}
		canonical, err := json.Marshal(members) // without members that are there twice, as configs are stored
		require.NoError(t, err)
		machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { panic(f.Message) }, nil)
		machine.Load(program)
		r := drive(machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Config: vm.NewConfig(canonical)}))
		require.Nil(t, r.Failure, "%+v", r.Failure)
		var got struct{ config, found json.RawMessage }
		require.NoError(t, json.Unmarshal(r.Outcome, &[]any{&got.config, &got.found}))
		var want, have any
		require.NoError(t, json.Unmarshal(canonical, &want))
		require.NoError(t, json.Unmarshal(got.config, &have))
		require.Equal(t, want, have)
		require.NotContains(t, string(got.found), "false")
	})
}
