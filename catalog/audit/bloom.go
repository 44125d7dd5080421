package audit

import "hash/fnv"

// bloom is a Bloom filter over the terms of a block's records: with 10 bits and 5 probes per term it lets about one block in a
// hundred through for nothing. One filter serves the few flows of a tenant and its many users alike, which lists or bitmaps do not.
type bloom []byte

const (
	bloomBitsPerTerm = 10
	bloomProbes      = 5
)

// newBloom makes the filter of terms, given by their hashes.
func newBloom(hashes map[uint64]struct{}) bloom {
	b := make(bloom, (len(hashes)*bloomBitsPerTerm+7)/8)
	for h := range hashes {
		b.probe(h, func(i uint64, mask byte) bool {
			b[i] |= mask
			return true
		})
	}
	return b
}

func (b bloom) mayHave(hash uint64) bool {
	return len(b) > 0 && b.probe(hash, func(i uint64, mask byte) bool { return b[i]&mask != 0 })
}

// probe visits the bits of a hash until visit returns false, and says whether it never did.
func (b bloom) probe(h uint64, visit func(i uint64, mask byte) bool) bool {
	step := h>>32 | 1
	for range bloomProbes {
		bit := h % uint64(len(b)*8)
		if !visit(bit/8, 1<<(bit%8)) {
			return false
		}
		h += step
	}
	return true
}

// term is one thing that a filter can ask for.
type term struct {
	field byte
	value string
}

// The fields of terms. They are part of the block format.
const (
	termFlow     = 'f'
	termAction   = 'a'
	termOutcome  = 'o'
	termRun      = 'r'
	termRequest  = 'q'
	termUser     = 'u'
	termDelivery = 'd'
)

const outcomeFailed = "failed"

func (t term) hash() uint64 {
	h := fnv.New64a()
	h.Write([]byte{t.field})
	h.Write([]byte(t.value))
	// FNV mixes its high bits badly for short values, and the probes use both halves.
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	return x ^ x>>33
}

// terms adds the hashes of what a filter can ask of the record.
func (r *Record) terms(hashes map[uint64]struct{}) {
	add := func(t term) {
		if t.value != "" {
			hashes[t.hash()] = struct{}{}
		}
	}
	add(term{termFlow, r.Flow})
	add(term{termOutcome, r.Outcome})
	add(term{termRun, r.Run})
	add(term{termRequest, r.Request})
	add(term{termUser, r.User})
	add(term{termDelivery, r.Delivery})
	for i := range r.Actions {
		add(term{termAction, r.Actions[i].Action})
		if r.Actions[i].Failure != nil {
			add(term{termOutcome, outcomeFailed})
		}
	}
}

// terms lists the hashes of what every record that passes the filter has.
func (f *Filter) terms() []uint64 {
	var hashes []uint64
	for _, t := range []term{
		{termFlow, f.Flow}, {termAction, f.Action}, {termOutcome, f.Outcome},
		{termRun, f.Run}, {termRequest, f.Request}, {termUser, f.User}, {termDelivery, f.Delivery},
	} {
		if t.value != "" {
			hashes = append(hashes, t.hash())
		}
	}
	return hashes
}
