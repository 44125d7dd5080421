package bolt_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/store/bolt"
)

func TestVerifyEvents(t *testing.T) {
	t.Parallel()
	eventKey := func(n uint64) []byte { return binary.BigEndian.AppendUint64([]byte("acme\x00\x01"), n) }
	for name, change := range map[string]func(b *bbolt.Bucket) error{
		"altered": func(b *bbolt.Bucket) error {
			return b.Put(eventKey(2), bytes.Replace(b.Get(eventKey(2)), []byte("created"), []byte("deleted"), 1))
		},
		"last altered": func(b *bbolt.Bucket) error {
			return b.Put(eventKey(3), bytes.Replace(b.Get(eventKey(3)), []byte("saved"), []byte("taken"), 1))
		},
		"first removed": func(b *bbolt.Bucket) error { return b.Delete(eventKey(1)) },
		"removed":       func(b *bbolt.Bucket) error { return b.Delete(eventKey(2)) },
		"last removed":  func(b *bbolt.Bucket) error { return b.Delete(eventKey(3)) },
		"added":         func(b *bbolt.Bucket) error { return b.Put(eventKey(4), b.Get(eventKey(3))) },
		"swapped": func(b *bbolt.Bucket) error {
			second, third := bytes.Clone(b.Get(eventKey(2))), bytes.Clone(b.Get(eventKey(3)))
			if err := b.Put(eventKey(2), third); err != nil {
				return err
			}
			return b.Put(eventKey(3), second)
		},
		"garbage": func(b *bbolt.Bucket) error { return b.Put(eventKey(2), []byte("{")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openIn(t, dir)
			fill(t, s)
			require.NoError(t, s.VerifyEvents(t.Context(), "acme"))
			require.NoError(t, s.Close())
			editFile(t, filepath.Join(dir, "durward.db"), func(tx *bbolt.Tx) error { return change(tx.Bucket([]byte("events"))) })
			s = openIn(t, dir)
			defer s.Close()
			require.ErrorIs(t, s.VerifyEvents(t.Context(), "acme"), bolt.ErrChain)
			require.ErrorIs(t, s.VerifyEvents(t.Context(), "nobody"), catalog.ErrNotFound)
		})
	}
}
