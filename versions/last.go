package versions

import (
	"encoding/json"
	"slices"
	"strconv"
)

// lastly refuses what follows an action that must be the last one of its list: one that signs the user in, for example, which a block behind it could not take back. An action says so in its config
// schema, by "x-last": true.
func (c *checker) lastly(at string, list []Attachment) {
	for i, a := range list {
		version := c.versions[pinned(a)]
		if a.Disabled || version == nil || !mustBeLast(version.ConfigSchema) {
			continue
		}
		if behind := slices.IndexFunc(list[i+1:], func(a Attachment) bool { return !a.Disabled }); behind >= 0 {
			c.refuse(at+"/"+strconv.Itoa(i+1+behind), "%s must be the last action of its list: what it tells the login system to do cannot be taken back by one behind it", a.Action)
		}
	}
}

func pinned(a Attachment) string { return string(a.Action) + "@" + a.Version }

func mustBeLast(schema json.RawMessage) bool {
	var of struct {
		Last bool `json:"x-last"`
	}
	return len(schema) > 0 && json.Unmarshal(schema, &of) == nil && of.Last
}
