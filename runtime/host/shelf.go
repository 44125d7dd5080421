package host

import (
	"container/heap"
	"container/list"
)

// shelf keeps values of many tenants within bounds: each tenant has a quota, and all of them share a room. A tenant that passes its quota loses what it has not used for the longest
// time. If the room is full, the tenant that takes up most of it loses, so that nobody who takes up less than an even share ever does. It is not safe for concurrent use.
type shelf[K comparable, V any] struct {
	quota, room bound
	used        bound
	tenants     map[string]*share[K, V]
	largest     shares[K, V]
}

// bound is a size: of a limit, or of what is there.
type bound struct{ entries, bytes int }

func (b bound) over(limit bound) bool { return b.entries > limit.entries || b.bytes > limit.bytes }

// share is what one tenant has.
type share[K comparable, V any] struct {
	tenant string
	used   bound
	items  map[K]*list.Element
	order  list.List // of *item, the one used last in front
	place  int       // among the largest
}

type item[K comparable, V any] struct {
	key   K
	value V
	size  int
}

func newShelf[K comparable, V any](quota, room bound) *shelf[K, V] {
	return &shelf[K, V]{quota: quota, room: room, tenants: map[string]*share[K, V]{}}
}

// get finds a value, which counts as its use.
func (s *shelf[K, V]) get(tenant string, key K) (value V, ok bool) {
	of := s.tenants[tenant]
	if of == nil {
		return value, false
	}
	at := of.items[key]
	if at == nil {
		return value, false
	}
	of.order.MoveToFront(at)
	return at.Value.(*item[K, V]).value, true
}

// put keeps a value, in place of the one that was there.
func (s *shelf[K, V]) put(tenant string, key K, value V, size int) {
	s.remove(tenant, key)
	of := s.tenants[tenant]
	if of == nil {
		of = &share[K, V]{tenant: tenant, items: map[K]*list.Element{}}
		s.tenants[tenant] = of
		heap.Push(&s.largest, of)
	}
	of.items[key] = of.order.PushFront(&item[K, V]{key: key, value: value, size: size})
	s.grow(of, 1, size)
	for of.used.over(s.quota) {
		s.evict(of)
	}
	for s.used.over(s.room) {
		s.evict(s.largest[0])
	}
}

// remove says whether there was a value.
func (s *shelf[K, V]) remove(tenant string, key K) bool {
	of := s.tenants[tenant]
	if of == nil || of.items[key] == nil {
		return false
	}
	s.take(of, of.items[key])
	return true
}

func (s *shelf[K, V]) evict(of *share[K, V]) { s.take(of, of.order.Back()) }

func (s *shelf[K, V]) take(of *share[K, V], at *list.Element) {
	gone := of.order.Remove(at).(*item[K, V])
	delete(of.items, gone.key)
	s.grow(of, -1, -gone.size)
	if len(of.items) == 0 {
		heap.Remove(&s.largest, of.place)
		delete(s.tenants, of.tenant)
	}
}

func (s *shelf[K, V]) grow(of *share[K, V], entries, bytes int) {
	of.used.entries += entries
	of.used.bytes += bytes
	s.used.entries += entries
	s.used.bytes += bytes
	heap.Fix(&s.largest, of.place)
}

// shares are a heap with the largest in front.
type shares[K comparable, V any] []*share[K, V]

func (h shares[K, V]) Len() int           { return len(h) }
func (h shares[K, V]) Less(i, j int) bool { return h[i].used.bytes > h[j].used.bytes }

func (h shares[K, V]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push implements [heap.Interface].
func (h *shares[K, V]) Push(x any) {
	of := x.(*share[K, V])
	of.place = len(*h)
	*h = append(*h, of)
}

// Pop implements [heap.Interface].
func (h *shares[K, V]) Pop() any {
	last := len(*h) - 1
	of := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return of
}
