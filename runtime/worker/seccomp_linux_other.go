//go:build linux && !amd64 && !arm64

package worker

import "errors"

func filterCalls(bool) error { return errors.ErrUnsupported }

func filterToolCalls() error { return errors.ErrUnsupported }
