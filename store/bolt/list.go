package bolt

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// span is the part of a bucket under one prefix.
type span struct {
	bucket     *bbolt.Bucket
	name       []byte
	prefix     key
	descending bool
}

// page reads the entries after the page's cursor, in order, through decode, and returns the cursor after them. It ends by number and, with at least one entry, by bytes.
func page[T any](s span, p catalog.Page, decode func(k, v []byte) (T, error)) (catalog.List[T], error) {
	p = p.Clamp()
	var list catalog.List[T]
	last, err := s.parseCursor(p.After)
	if err != nil {
		return list, err
	}
	size := 0
	for k, v := range s.after(last) {
		if size += len(v); len(list.Items) == p.Limit || len(list.Items) > 0 && size > audit.MaxPage {
			list.Next = s.cursor(last)
			break
		}
		item, err := decode(k, v)
		if err != nil {
			return catalog.List[T]{}, fmt.Errorf("read %s %q: %w", s.name, k, err)
		}
		list.Items = append(list.Items, item)
		last = k
	}
	return list, nil
}

// after iterates over the entries behind the key, or over all for a nil one.
func (s span) after(last key) func(yield func(k, v []byte) bool) {
	return func(yield func(k, v []byte) bool) {
		c := s.bucket.Cursor()
		step := c.Next
		if s.descending {
			step = c.Prev
		}
		for k, v := s.start(c, last); k != nil && bytes.HasPrefix(k, s.prefix); k, v = step() {
			if !yield(k, v) {
				return
			}
		}
	}
}

func (s span) start(c *bbolt.Cursor, last key) (k, v []byte) {
	if !s.descending {
		if last == nil {
			return c.Seek(s.prefix)
		}
		if k, v = c.Seek(last); bytes.Equal(k, last) {
			return c.Next()
		}
		return k, v
	}
	if last == nil {
		last = bytes.Clone(s.prefix) // ends with the mark of textKey: behind every key with the prefix is
		last[len(last)-1]++
	}
	if k, _ = c.Seek(last); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// A cursor is the rest of a key after the prefix, and a checksum over the list that it belongs to, so that one of another list is refused and not taken for a place.
func (s span) cursor(k key) string {
	rest := k[len(s.prefix):]
	b := append(bytes.Clone(rest), binary.BigEndian.AppendUint32(nil, s.sum(rest))...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s span) parseCursor(cursor string) (key, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < 4 {
		return nil, invalidCursor()
	}
	rest, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if sum != s.sum(rest) {
		return nil, invalidCursor()
	}
	return append(bytes.Clone(s.prefix), rest...), nil
}

func (s span) sum(rest []byte) uint32 {
	sum := crc32.ChecksumIEEE(s.name)
	sum = crc32.Update(sum, crc32.IEEETable, s.prefix)
	return crc32.Update(sum, crc32.IEEETable, rest)
}

func invalidCursor() error {
	return catalog.InvalidErrors{{Pointer: "/after", Detail: "this is not a cursor that this list returned"}}
}

// get reads the JSON under the key into v, and says catalog.ErrNotFound if there is none.
func get(b *bbolt.Bucket, k key, v any) error {
	stored := b.Get(k)
	if stored == nil {
		return catalog.ErrNotFound
	}
	return json.Unmarshal(stored, v)
}

// encode is the JSON of a value as it is stored.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// putJSON stores v.
func (e *edit) putJSON(bucket []byte, k key, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return e.put(bucket, k, b)
}
