package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/durward/durward/store/bolt"
)

type backupCommand struct {
	connection
	Out string `required:"" placeholder:"FILE" help:"Where to write the backup; it must not be there yet. - writes to the standard output."`
}

// Help is shown below the summary.
func (backupCommand) Help() string {
	return `It needs the operator key as --key or DURWARD_KEY. The server goes on meanwhile.`
}

func (c *backupCommand) Run(ctx context.Context, s streams) error {
	if c.Out == "-" {
		return c.client().Backup(ctx, s.out)
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return &usageError{c.Out + " is there already"}
	}
	size, err := c.save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %s (%d bytes). To use it:\n  %s restore %s --data DIR\n", c.Out, size, s.self, c.Out)
	return nil
}

// save writes beside the file and renames at the end: what has the name is whole.
func (c *backupCommand) save(ctx context.Context) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.Out), filepath.Base(c.Out)+".*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // after a rename there is none
	defer f.Close()
	if err := c.client().Backup(ctx, f); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(f.Name(), c.Out)
}

type restoreCommand struct {
	File string `arg:"" help:"A backup; - reads the standard input."`
	Data string `required:"" placeholder:"DIR" help:"The data directory to make; it must be empty or not there."`
}

// Help is shown below the summary.
func (restoreCommand) Help() string {
	return `It talks to no server: start one on the directory afterwards. If the backup is not whole, the directory is left as it was.`
}

func (c *restoreCommand) Run(s streams) error {
	in := s.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	if err := bolt.Restore(in, c.Data); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Restored %s. To use it:\n  %s serve --data %s\n", c.Data, s.self, c.Data)
	return nil
}
