package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// A login system asks what to do with a user who has proven who they are, and decides itself what a server that does not answer means.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"run":"…","kind":"block","code":"domain_not_allowed","message":"Use your work address.","state":{},"flow":{"slug":"login","revision":12},"actions":[]}`)
	}))
	defer server.Close()

	durward := client.New(server.URL, "dwk_…", client.Options{}).Tenant("acme") // one for the whole program
	answer, err := durward.Execute(context.Background(), client.Execution{
		Flow: "login",
		Slot: "after",
		Call: api.Call{Method: "password", User: map[string]any{"id": "u1", "email": "mallory@example.org"}},
	})
	var problem *client.Problem
	switch {
	case errors.As(err, &problem):
		fmt.Println("refused:", problem.Code)
	case err != nil:
		fmt.Println("no answer:", err)
	case answer.Kind == "block":
		fmt.Println("blocked:", answer.Message)
	default:
		fmt.Println("go on:", answer.Kind)
	}
	// Output: blocked: Use your work address.
}
