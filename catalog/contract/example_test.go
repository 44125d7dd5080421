package contract_test

import (
	"errors"
	"fmt"

	"github.com/durward/durward/catalog/contract"
)

func ExampleDecodeCall() {
	after, _ := contract.Lookup("login.after")
	_, err := contract.DecodeCall([]byte(`{"user":{"id":"u1","emial":"zoe@example.com"}}`), after)
	var faults contract.FieldErrors
	if errors.As(err, &faults) {
		fmt.Println(faults[0])
	}
	// Output: /user/emial: unknown member "emial"; did you mean "email"?
}
