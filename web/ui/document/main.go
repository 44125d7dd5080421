// Command document prints the OpenAPI document, from which the types of the browser's API client are made.
package main

import (
	"fmt"
	"os"

	"github.com/durward/durward/web"
)

func main() {
	text, err := web.Document("development")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(string(text))
}
