package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// ToolConfig is how a program of somebody else is run on what tenants wrote. Launcher and Program are required.
type ToolConfig struct {
	// Launcher is the path and the argument that start a process which calls [ExecTool] with the arguments behind.
	Launcher []string
	// Spawner is as in [Config].
	Spawner []string
	// Program is the path of the program. It must be one file that needs nothing but what is in the same folder.
	Program string
	// Sandbox is the least level that the program must be confined to. Default: LevelBestEffort.
	Sandbox Level
	// Time is how long one run may take. Default: 10 s.
	Time time.Duration
	// Memory is how many bytes of memory the program may have, on Linux. Default: 1 GiB.
	Memory int64
	// Output is the most that the program may print, in bytes. Default: 1 MiB.
	Output int
}

// Tool runs a program of somebody else, each time in a new process that may read the program's own folder and one other, and compute: it can write nothing, reach no network, start no other program, has an empty environment, and limits of
// time, memory and output. It is safe for concurrent use.
type Tool struct {
	config  ToolConfig
	spawner spawner
}

// ToolError is a run of a tool that was ended, or ended itself, before it was done.
type ToolError struct {
	// Reason is "time_limit", "output_limit", or "crashed", which running out of memory is, too.
	Reason string
	Detail string // what it printed to its standard error
}

func (e *ToolError) Error() string {
	if e.Detail == "" {
		return "the tool was ended: " + e.Reason
	}
	return "the tool was ended: " + e.Reason + ": " + e.Detail
}

// ExitNotConfined is what a launcher ends with that cannot do what is demanded.
const ExitNotConfined = 125

// NewTool runs the program with the arguments once, and so finds the best way to run it. What it printed comes back. The error is a [*ToolError] if the program did not do it, and one that says so if it cannot be confined as is demanded.
func NewTool(ctx context.Context, config ToolConfig, dir string, args ...string) (*Tool, string, error) {
	config.Sandbox = cmp.Or(config.Sandbox, LevelBestEffort)
	config.Time = cmp.Or(config.Time, 10*time.Second)
	config.Memory = cmp.Or(config.Memory, 1<<30)
	config.Output = cmp.Or(config.Output, 1<<20)
	var failed error
	for _, make := range toolSpawners(config.Spawner) {
		s, err := make()
		if err != nil {
			failed = err
			continue
		}
		t := &Tool{config: config, spawner: s}
		out, err := t.Run(ctx, dir, args...)
		if err == nil {
			return t, string(out), nil
		}
		s.close()
		failed = err // the last way needs the least, and its error says most
	}
	return nil, "", fmt.Errorf("run %s: %w", config.Program, failed)
}

// Close ends what the tool keeps. No run may be under way.
func (t *Tool) Close() { t.spawner.close() }

// Run runs the program in a folder and returns what it printed to its standard output, whatever its exit status. The folder is the only one beside its own that it can read. The error is a [*ToolError] if it did not get to its end.
func (t *Tool) Run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.Time)
	defer cancel()
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	command := append(append([]string{}, t.config.Launcher...), string(t.config.Sandbox), strconv.FormatInt(t.config.Memory, 10),
		strconv.Itoa(int(t.config.Time/time.Second)+1), t.config.Program, dir)
	said := &head{}
	process, err := startChild(t.spawner, append(command, args...), theirs, said)
	theirs.Close() // so that the end of the process is the end of the pipe
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = process.Process.Kill() })
	text, readErr := io.ReadAll(io.LimitReader(out, int64(t.config.Output)+1))
	if len(text) > t.config.Output {
		_ = process.Process.Kill()
	}
	waitErr := process.Wait()
	stop()
	return text, t.verdict(ctx, process, text, said.String(), errors.Join(readErr, waitErr))
}

// verdict says what became of a run.
func (t *Tool) verdict(ctx context.Context, process *child, text []byte, said string, err error) error {
	switch {
	case len(text) > t.config.Output:
		return &ToolError{Reason: "output_limit"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &ToolError{Reason: "time_limit"}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	case process.ProcessState.ExitCode() == ExitNotConfined:
		return errors.New(strings.TrimSpace(said))
	case !process.ProcessState.Exited() || said != "":
		if said == "" {
			said = process.ProcessState.String()
		}
		first, _, _ := strings.Cut(said, "\n")
		return &ToolError{Reason: "crashed", Detail: first}
	}
	return nil
}

// ExecTool is a launcher: it confines this process, and makes it the program. It returns only if that fails. Its arguments are those that [Tool.Run] gives it.
func ExecTool(args []string) error {
	if len(args) < 5 {
		return errors.New("the arguments are not a launcher's")
	}
	level, program, dir := Level(args[0]), args[3], args[4]
	memory, err := strconv.ParseUint(args[1], 10, 63)
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseUint(args[2], 10, 32)
	if err != nil {
		return err
	}
	if err := duplicate(FD, 1); err != nil {
		return os.NewSyscallError("dup", err)
	}
	if err := os.Chdir(dir); err != nil {
		return err
	}
	return execTool(level, toolLimits{memory: memory, seconds: seconds}, program, dir, args[5:])
}

// toolLimits are those that the kernel holds.
type toolLimits struct {
	memory  uint64 // bytes
	seconds uint64 // of processor time
}
