//go:build !linux

package worker

import "os"

// sharedFile returns a file without a name that is as large as a board. A worker closes it before it runs anything of a tenant, and so it keeps its size.
func sharedFile() (*os.File, error) {
	file, err := os.CreateTemp("", "durward-board-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // the file lives as long as it is open or mapped
	if err := file.Truncate(boardSize); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
