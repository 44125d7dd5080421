package host

import (
	"compress/gzip"
	"errors"
	"io"
)

// body reads an answer's body, decoded. What it reads counts by the bytes that came or by those that they stand for, whichever are more: neither a small body that decodes to a
// large one nor a large one that decodes to nothing gets by.
type body struct {
	source io.Reader
	gzip   bool
	charge func(n int64) error // called with what is new

	decoded              io.Reader
	wire, plain, counted int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.decoded == nil {
		if err := b.begin(); err != nil {
			return 0, err
		}
	}
	n, err := b.decoded.Read(p)
	b.plain += int64(n)
	if over := b.count(b.plain); over != nil {
		return 0, over
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		err = errEncoding
	}
	return n, err
}

var errEncoding = refuse(codeNetwork, "the body of the answer is not the gzip that its headers promise")

// begin waits for the first bytes if the body has to be decoded. A body that announces gzip and is empty is empty.
func (b *body) begin() error {
	if !b.gzip {
		b.decoded = wire{b}
		return nil
	}
	decoder, err := gzip.NewReader(wire{b})
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, gzip.ErrHeader):
		return errEncoding
	case err != nil:
		return err
	}
	b.decoded = decoder
	return nil
}

func (b *body) count(total int64) error {
	if total <= b.counted {
		return nil
	}
	fresh := total - b.counted
	b.counted = total
	return b.charge(fresh)
}

// wire is the body as it comes.
type wire struct{ *body }

func (w wire) Read(p []byte) (int, error) {
	n, err := w.source.Read(p)
	w.wire += int64(n)
	if over := w.count(w.wire); over != nil {
		return 0, over
	}
	return n, err
}
