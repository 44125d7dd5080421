package audit

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// ErrBlock says that bytes are not a block, or not a whole one.
var ErrBlock = errors.New("damaged block of records")

// MaxBlockSpan is more than the time between the first and the last record of any block. A reader that seeks by last times thus knows how far
// above its bound a block can end that still reaches down to it.
const MaxBlockSpan = time.Minute

// A block is also cut at this many bytes of JSON, so that a page of records can be read in little memory.
const maxBlockBytes = 4 << 20

// maxBlockRaw bounds what a damaged length makes a reader allocate: the record that crosses maxBlockBytes may be as long as any.
const maxBlockRaw = maxBlockBytes + MaxRecord + 64

const blockVersion = 1

// Block is a number of records of one tenant and one UTC day, compressed. Its data begin with a header that tells, without decompressing,
// what times it spans and whether it can hold what a filter asks for:
//
//	version      1 byte
//	first, last  8 bytes each, nanoseconds since 1970, big-endian
//	count        uvarint
//	filter       uvarint length, Bloom filter over the terms of the records
//	size         uvarint, of the records before compression
//	records      one zstd frame with a checksum; newest first, each: 8 bytes time, uvarint length, JSON
type Block struct {
	Tenant string
	// Day is the UTC day of all its records, as 2006-01-02.
	Day         string
	First, Last time.Time
	Count       int
	Data        []byte
}

// NewBlocks files records into blocks, by tenant and day, in no particular order. It takes each record once and changes none.
func NewBlocks(records []Record) ([]Block, error) {
	sorted := make([]*Record, len(records))
	for i := range records {
		if err := records[i].check(); err != nil {
			return nil, err
		}
		sorted[i] = &records[i]
	}
	slices.SortFunc(sorted, func(a, b *Record) int {
		if c := cmp.Compare(a.Tenant, b.Tenant); c != 0 {
			return c
		}
		return -compare(a.Time, a.ID, b.Time, b.ID)
	})
	var blocks []Block
	for len(sorted) > 0 {
		b, err := newBlock(sorted)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
		sorted = sorted[b.Count:]
	}
	return blocks, nil
}

// compare orders records by time, then id.
func compare(at time.Time, aid string, bt time.Time, bid string) int {
	if c := at.Compare(bt); c != 0 {
		return c
	}
	return cmp.Compare(aid, bid)
}

// newBlock makes a block of as many of the first records, which are sorted newest first, as belong together.
func newBlock(sorted []*Record) (Block, error) {
	b := Block{Tenant: sorted[0].Tenant, Day: Day(sorted[0].Time), Last: sorted[0].Time.UTC()}
	terms := make(map[uint64]struct{})
	var raw, json []byte
	for _, r := range sorted {
		if r.Tenant != b.Tenant || Day(r.Time) != b.Day || b.Last.Sub(r.Time) >= MaxBlockSpan || len(raw) > maxBlockBytes {
			break
		}
		var err error
		if json, err = appendRecord(json[:0], r); err != nil {
			return Block{}, fmt.Errorf("encode record %s: %w", r.ID, err)
		}
		raw = binary.BigEndian.AppendUint64(raw, uint64(r.Time.UnixNano()))
		raw = binary.AppendUvarint(raw, uint64(len(json)))
		raw = append(raw, json...)
		r.terms(terms)
		b.First = r.Time.UTC()
		b.Count++
	}
	b.Data = appendBlock(nil, &b, newBloom(terms), raw)
	return b, nil
}

// Day returns the UTC day of t, as 2006-01-02.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func appendBlock(dst []byte, b *Block, filter bloom, raw []byte) []byte {
	dst = append(dst, blockVersion)
	dst = binary.BigEndian.AppendUint64(dst, uint64(b.First.UnixNano()))
	dst = binary.BigEndian.AppendUint64(dst, uint64(b.Last.UnixNano()))
	dst = binary.AppendUvarint(dst, uint64(b.Count))
	dst = binary.AppendUvarint(dst, uint64(len(filter)))
	dst = append(dst, filter...)
	dst = binary.AppendUvarint(dst, uint64(len(raw)))
	return compressor().EncodeAll(raw, dst)
}

// One compressor and one decompressor serve all: their EncodeAll and DecodeAll are safe for concurrent use. They are made at their first use
// because worker processes, which link this package too, never need them.
var (
	compressor = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err) // the options are constant
		}
		return e
	})
	decompressor = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlockRaw), zstd.WithDecoderConcurrency(0))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// blockReader reads the header of a block at once, and its records, newest first, after decompress.
type blockReader struct {
	first, last time.Time
	count       int
	filter      bloom
	size        int
	compressed  []byte

	rest []byte // not yet read
	// head is the time of the current record, json its text and parsed the record once somebody asked for it; count is how many there are
	// from here, this one included.
	head   time.Time
	json   []byte
	parsed *Record
}

// openBlock parses the header. The reader refers to data until it is decompressed.
func openBlock(data []byte) (*blockReader, error) {
	if len(data) < 17 || data[0] != blockVersion {
		return nil, fmt.Errorf("%w: no header", ErrBlock)
	}
	b := &blockReader{first: nanos(data[1:]), last: nanos(data[9:])}
	rest := data[17:]
	count, rest, ok1 := cutUvarint(rest, maxBlockRaw)
	length, rest, ok2 := cutUvarint(rest, len(rest))
	if !ok1 || !ok2 || length > len(rest) {
		return nil, fmt.Errorf("%w: cut off in the header", ErrBlock)
	}
	b.count, b.filter, rest = count, bloom(rest[:length]), rest[length:]
	var ok bool
	if b.size, b.compressed, ok = cutUvarint(rest, maxBlockRaw); !ok || b.first.After(b.last) {
		return nil, fmt.Errorf("%w: impossible header", ErrBlock)
	}
	return b, nil
}

func nanos(b []byte) time.Time { return time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC() }

func cutUvarint(b []byte, limit int) (int, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > uint64(limit) {
		return 0, nil, false
	}
	return int(v), b[n:], true
}

// mayHold is false if no record of the block passes the filter, or none of those with all of the terms.
func (b *blockReader) mayHold(f *Filter, terms []uint64) bool {
	if b.last.Before(f.From) || !f.To.IsZero() && !b.first.Before(f.To) {
		return false
	}
	for _, t := range terms {
		if !b.filter.mayHave(t) {
			return false
		}
	}
	return true
}

// decompress makes the reader independent of the data that it was opened on and moves it to the newest record. It returns false if there is none.
func (b *blockReader) decompress() (bool, error) {
	raw, err := decompressor().DecodeAll(b.compressed, make([]byte, 0, min(b.size, maxBlockBytes)))
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrBlock, err)
	}
	if len(raw) != b.size {
		return false, fmt.Errorf("%w: %d bytes of records, not %d", ErrBlock, len(raw), b.size)
	}
	b.rest, b.compressed, b.filter = raw, nil, nil
	b.count++
	return b.next()
}

// next moves to the next older record. It returns false after the last.
func (b *blockReader) next() (bool, error) {
	b.count--
	if b.count == 0 && len(b.rest) == 0 {
		return false, nil
	}
	if b.count <= 0 || len(b.rest) < 8 {
		return false, fmt.Errorf("%w: wrong count", ErrBlock)
	}
	head := nanos(b.rest)
	length, rest, ok := cutUvarint(b.rest[8:], MaxRecord)
	if !ok || length > len(rest) {
		return false, fmt.Errorf("%w: record cut off", ErrBlock)
	}
	b.head, b.json, b.parsed, b.rest = head, rest[:length], nil, rest[length:]
	return true, nil
}

// record returns the current record.
func (b *blockReader) record() (*Record, error) {
	if b.parsed == nil {
		r, err := parseRecord(b.json)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBlock, err)
		}
		b.parsed = &r
	}
	return b.parsed, nil
}
