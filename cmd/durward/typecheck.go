package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child"
)

// What one type check may have. Sources that people write take a tenth of a second, and the largest packages a second.
const (
	checkTime   = 10 * time.Second
	checkMemory = 1 << 30
	checkOutput = 1 << 20
)

// compiler is the TypeScript compiler that the operator has configured.
type compiler struct {
	checker *typecheck.Checker
	tool    *worker.Tool
	version string
}

const whichCompiler = "--tsc takes the native TypeScript compiler, version 7 or later, which npm installs as node_modules/@typescript/typescript-OS-CPU/lib/tsc beside the package typescript"

// newCompiler starts the compiler once, so that one that does not work is found now, and not by an author. Without a path it returns nil.
func newCompiler(ctx context.Context, path, data string, sandbox worker.Level, log *slog.Logger) (*compiler, error) {
	if path == "" {
		return nil, nil
	}
	program, err := realProgram(path)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Join(data, "checks"))
	if err == nil {
		err = errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)) // checks that a crash broke off have left theirs
	}
	if err != nil {
		return nil, err
	}
	tool, printed, err := worker.NewTool(ctx, worker.ToolConfig{
		Launcher: self(child.Tool), Spawner: self(child.Spawner), Program: program, Sandbox: sandbox, Time: checkTime, Memory: checkMemory, Output: checkOutput,
	}, dir, typecheck.VersionArg)
	if err != nil {
		return nil, fmt.Errorf("--tsc: %w; %s", err, whichCompiler)
	}
	version, err := typecheck.Version(printed)
	if err != nil {
		tool.Close()
		return nil, fmt.Errorf("--tsc: %s: %w; %s", path, err, whichCompiler)
	}
	log.Info("type check", "compiler", program, "version", version)
	return &compiler{&typecheck.Checker{Dir: dir, Run: runCompiler(tool, log)}, tool, version}, nil
}

// realProgram is the file that a path leads to. A script is refused: it would have to be run by another program.
func realProgram(path string) (string, error) {
	program, err := filepath.EvalSymlinks(path)
	if err == nil {
		program, err = filepath.Abs(program)
	}
	if err != nil {
		return "", fmt.Errorf("--tsc: %w", err)
	}
	file, err := os.Open(program)
	if err != nil {
		return "", fmt.Errorf("--tsc: %w", err)
	}
	defer file.Close()
	start := make([]byte, 2)
	if _, err := io.ReadFull(file, start); err != nil || bytes.Equal(start, []byte("#!")) {
		return "", &usageError{fmt.Sprintf("--tsc: %s is no program but a script; %s", path, whichCompiler)}
	}
	return program, nil
}

// runCompiler tells authors what their sources have made the compiler do, and the operator what it said.
func runCompiler(tool *worker.Tool, log *slog.Logger) func(context.Context, string, ...string) ([]byte, error) {
	return func(ctx context.Context, dir string, args ...string) ([]byte, error) {
		printed, err := tool.Run(ctx, dir, args...)
		ended, ok := errors.AsType[*worker.ToolError](err)
		if !ok {
			return printed, err
		}
		log.Warn("type check ended", "reason", ended.Reason, "detail", ended.Detail)
		switch ended.Reason {
		case "time_limit":
			return nil, &typecheck.LimitError{Reason: fmt.Sprintf("that takes longer than %v", checkTime)}
		case "output_limit":
			return nil, &typecheck.LimitError{Reason: "there is too much wrong with them"}
		}
		return nil, &typecheck.LimitError{Reason: fmt.Sprintf("the compiler breaks off; it may have %d MiB of memory", checkMemory>>20)}
	}
}
