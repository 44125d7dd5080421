package audit_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// read takes all records of the blocks that pass the filter.
func read(t testing.TB, f audit.Filter, blocks ...audit.Block) []audit.Record {
	t.Helper()
	s, err := audit.NewSelection(f)
	require.NoError(t, err)
	for _, b := range blocks {
		more, err := s.Add(b.Last, b.Data)
		require.NoError(t, err)
		if !more {
			break
		}
	}
	require.NoError(t, s.Drain())
	records, _ := s.Page()
	return records
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	records := []audit.Record{
		record("b", noon), record("a", noon.Add(time.Second)), record("a", noon),
		record("a", noon.Add(-audit.MaxBlockSpan)), record("a", noon.Add(-13*time.Hour)), record("a", noon.Add(2*time.Second)),
	}
	before := append([]audit.Record(nil), records...)
	blocks, err := audit.NewBlocks(records)
	require.NoError(t, err)
	require.Equal(t, before, records, "the caller's slice is left alone")
	require.Len(t, blocks, 4, "two tenants, two days, and a gap")
	total := 0
	for _, b := range blocks {
		total += b.Count
		require.Less(t, b.Last.Sub(b.First), audit.MaxBlockSpan)
		got := read(t, audit.Filter{}, b)
		require.Len(t, got, b.Count)
		for i := range got {
			require.Equal(t, b.Tenant, got[i].Tenant)
			require.Equal(t, b.Day, audit.Day(got[i].Time))
			require.Contains(t, records, got[i])
		}
	}
	require.Equal(t, len(records), total)

	blocks, err = audit.NewBlocks(nil)
	require.NoError(t, err)
	require.Empty(t, blocks)
	_, err = audit.NewBlocks([]audit.Record{{}})
	require.Error(t, err)
}

func TestLargeRecordsMakeSeveralBlocks(t *testing.T) {
	t.Parallel()
	var records []audit.Record
	for i := range 12 {
		r := record("a", noon)
		r.Reason = string(make([]byte, 150_000)) // six bytes each in JSON
		r.Request = fmt.Sprint(i)
		records = append(records, r)
	}
	blocks, err := audit.NewBlocks(records)
	require.NoError(t, err)
	require.Greater(t, len(blocks), 2)
	total := 0
	for _, b := range blocks {
		total += b.Count
	}
	require.Equal(t, 12, total)
	require.Len(t, read(t, audit.Filter{}, blocks...), 4, "a page ends by bytes")
}

// TestBlocksAreSkipped gives a block whose records are damaged: who does not need it does not notice.
func TestBlocksAreSkipped(t *testing.T) {
	t.Parallel()
	var records []audit.Record
	for i := range 500 {
		r := record("a", noon.Add(time.Duration(i)*time.Millisecond))
		r.User, r.Run = fmt.Sprint("user-", i), fmt.Sprint("run-", i) // not random: a Bloom filter may be wrong
		records = append(records, r)
	}
	blocks, err := audit.NewBlocks(records)
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	data := blocks[0].Data
	data[len(data)-1] ^= 1 // in the checksum of the compressed records
	touches := func(f audit.Filter) bool {
		s, err := audit.NewSelection(f)
		require.NoError(t, err)
		_, err = s.Add(blocks[0].Last, data)
		if err != nil {
			require.ErrorIs(t, err, audit.ErrBlock)
		}
		return err != nil
	}
	for _, f := range []audit.Filter{
		{}, {Flow: "login"}, {Action: "decorate-token"}, {Outcome: "continue"}, {User: "user-77"}, {Request: records[0].Request}, {Run: records[3].Run},
		{From: noon}, {To: noon.Add(time.Millisecond)},
	} {
		require.True(t, touches(f), "%+v", f)
	}
	for _, f := range []audit.Filter{
		{Flow: "logout"}, {Action: "other"}, {Outcome: "failed"}, {Outcome: "block"}, {Flow: "login", Action: "other"}, {From: noon.Add(time.Second)}, {To: noon},
	} {
		require.False(t, touches(f), "%+v", f)
	}
	wrong := 0
	for i := range 1000 {
		if touches(audit.Filter{User: fmt.Sprint("stranger-", i)}) {
			wrong++
		}
	}
	require.Less(t, wrong, 40, "the filter is meant to be wrong for one in a hundred")
}

func TestCursor(t *testing.T) {
	t.Parallel()
	blocks, err := audit.NewBlocks([]audit.Record{record("a", noon), record("a", noon), record("a", noon)})
	require.NoError(t, err)
	s, err := audit.NewSelection(audit.Filter{Limit: 1})
	require.NoError(t, err)
	_, err = s.Add(blocks[0].Last, blocks[0].Data)
	require.NoError(t, err)
	require.NoError(t, s.Drain())
	_, cursor := s.Page()
	require.NotEmpty(t, cursor)
	require.Len(t, read(t, audit.Filter{After: cursor}, blocks...), 2)

	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	require.NoError(t, err)
	raw[3] ^= 1
	for _, bad := range []string{"x", "AAAA", cursor[1:], cursor + "AAAA", base64.RawURLEncoding.EncodeToString(raw), "=", "\xff"} {
		_, err := audit.NewSelection(audit.Filter{After: bad})
		require.ErrorIs(t, err, audit.ErrCursor, "%q", bad)
	}
}

// FuzzBlock reads any bytes as a block: it must end, in little memory, with records or with ErrBlock.
func FuzzBlock(f *testing.F) {
	failed := record("a", noon.Add(time.Second))
	failed.Actions[0].Failure = &audit.Failure{Kind: "thrown"}
	for _, records := range [][]audit.Record{{record("a", noon)}, {record("a", noon), failed}} {
		blocks, err := audit.NewBlocks(records)
		require.NoError(f, err)
		f.Add(blocks[0].Data, "login")
		f.Add(blocks[0].Data[:30], "")
	}
	f.Add([]byte{}, "")
	f.Fuzz(func(t *testing.T, data []byte, flow string) {
		s, err := audit.NewSelection(audit.Filter{Flow: flow, Limit: 200})
		require.NoError(t, err)
		if _, err = s.Add(noon, data); err == nil {
			err = s.Drain()
		}
		if err != nil {
			require.ErrorIs(t, err, audit.ErrBlock)
			return
		}
		records, _ := s.Page()
		for i := range records {
			require.NotEmpty(t, records[i].Tenant)
		}
	})
}
