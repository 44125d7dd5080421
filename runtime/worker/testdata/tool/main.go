// Command tool is what tests run as a program of somebody else: it tries what its first argument says, and prints how that went.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		return
	}
	argument := ""
	if len(os.Args) > 2 {
		argument = os.Args[2]
	}
	var err error
	switch os.Args[1] {
	case "greet":
		fmt.Println("hello", len(os.Environ()))
		return
	case "read":
		var text []byte
		text, err = os.ReadFile(argument)
		fmt.Print(string(text))
	case "write":
		err = os.WriteFile(argument, []byte("x"), 0o600)
	case "remove":
		err = os.Remove(argument)
	case "connect":
		_, err = new(net.Dialer).DialContext(context.Background(), "tcp", argument)
	case "start":
		err = exec.CommandContext(context.Background(), argument).Run()
	case "kill":
		err = syscall.Kill(syscall.Getppid(), syscall.SIGTERM)
	case "hang":
		for n := 0; n >= 0; {
			n = (n + 1) % 1000
		}
	case "flood":
		for {
			fmt.Println("and so on")
		}
	case "allocate":
		var all [][]byte
		for {
			all = append(all, make([]byte, 1<<20))
			clear(all[len(all)-1])
		}
	case "fail":
		fmt.Println("there is something wrong")
		os.Exit(2)
	}
	if err != nil {
		fmt.Println("refused")
	} else {
		fmt.Println("done")
	}
}
