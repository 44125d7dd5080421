package versions

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/durward/durward/catalog"
)

func invalid(pointer, format string, args ...any) error {
	return catalog.InvalidErrors{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}
}

// below puts the pointers of invalid input below a pointer; any other error stays as it is.
func below(pointer string, err error) error {
	var list catalog.InvalidErrors
	if errors.As(err, &list) {
		return list.Below(pointer)
	}
	return err
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

func describe(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}
