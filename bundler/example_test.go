package bundler_test

import (
	"errors"
	"fmt"

	"github.com/durward/durward/bundler"
)

func ExampleBuild() {
	_, err := bundler.Build(bundler.Source{
		Entry: "action.ts",
		Files: map[string]string{"action.ts": `import axios from "axios";` + "\n" + `export const execute = () => axios;`},
	})
	var broken *bundler.BuildError
	if errors.As(err, &broken) {
		for _, d := range broken.Diagnostics {
			fmt.Println(d)
		}
	}
	// Output: action.ts:1:19: error: The package "axios" is not declared
}
