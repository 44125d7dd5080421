package host_test

import (
	"io"
	"log"
)

// quiet is a log for servers that are treated badly.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
