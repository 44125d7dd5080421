package versions

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
)

// ErrNotResumable says that there is nothing to resume: the run was not sent away at this slot, or too long ago, or with another user.
var ErrNotResumable = errors.New("there is nothing to resume")

// ResumeLifetime is how long a run can be resumed after it was sent away. A redirect whose token holds longer can be resumed for as long as that.
const ResumeLifetime = time.Hour

// mark says where a run goes on that was sent away, and for whom. It is sealed, because whoever could make one could leave out actions.
type mark struct {
	run      uuid.UUID
	revision int
	slot     contract.SlotName
	list     contract.Method // whose list it was; empty for the default one
	user     [16]byte        // a digest of who the user is
	until    time.Time       // to the second
	at       runtime.Resumption
}

// separator stands between the token of a run and its mark. Neither has one.
const separator = "."

// A mark is begun and finished as a run is; see seal.go. Its own part is: run id (16), revision (4), end in Unix seconds (8), user (16), asked, pending, demanded by (4 each), whether to enrol (1), the
// factors demanded (a length of 1 byte, and 1 byte each), and slot and method (each a length of 1 byte and the text).
const (
	markFormat = 0x20
	markFixed  = tokenHead + 16 + 4 + 8 + 16 + 3*4 + 1 + 1
	maxMark    = (markFixed + 32 + 4*(1+catalog.MaxSlug) + sha256.Size) * 4 / 3 // there are fewer than 32 methods, and their names and those of slots are shorter than slugs
)

func (s *Sealer) sealMark(ref FlowRef, m *mark) string {
	b, key := s.begin(markFormat, ref)
	b = append(b, m.run[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(m.revision))
	b = binary.BigEndian.AppendUint64(b, uint64(m.until.Unix()))
	b = append(b, m.user[:]...)
	for _, steps := range []runtime.Steps{m.at.Asked, m.at.Pending, m.at.Demand.By} {
		b = binary.BigEndian.AppendUint32(b, uint32(steps))
	}
	enrol := byte(0)
	if m.at.Demand.Enrol {
		enrol = 1
	}
	b = append(b, enrol, byte(len(m.at.Demand.Factors)))
	for _, factor := range m.at.Demand.Factors {
		b = append(b, byte(slices.Index(contract.Methods(), contract.Method(factor))))
	}
	b = append(append(b, byte(len(m.slot))), m.slot...)
	b = append(append(b, byte(len(m.list))), m.list...)
	return finish(b, ref, key)
}

// openMark returns what sealMark has sealed for this flow.
func (s *Sealer) openMark(text string, ref FlowRef) (*mark, bool) {
	b, ok := s.verify(text)
	if !ok || b[0] != markFormat || len(b) < markFixed {
		return nil, false
	}
	m := &mark{run: uuid.UUID(b[tokenHead : tokenHead+16])}
	b = b[tokenHead+16:]
	m.revision = int(binary.BigEndian.Uint32(b))
	m.until = time.Unix(int64(binary.BigEndian.Uint64(b[4:])), 0)
	m.user = [16]byte(b[12:28])
	for i, steps := range []*runtime.Steps{&m.at.Asked, &m.at.Pending, &m.at.Demand.By} {
		*steps = runtime.Steps(binary.BigEndian.Uint32(b[28+4*i:]))
	}
	m.at.Demand.Enrol = b[40] == 1
	factors, rest, ok := cutText(b[41:])
	for _, index := range []byte(factors) {
		if int(index) >= len(contract.Methods()) {
			return nil, false
		}
		m.at.Demand.Factors = append(m.at.Demand.Factors, string(contract.Methods()[index]))
	}
	slot, rest, ok1 := cutText(rest)
	list, rest, ok2 := cutText(rest)
	m.slot, m.list = contract.SlotName(slot), contract.Method(list)
	of, ok3 := cutRef(rest)
	return m, ok && ok1 && ok2 && ok3 && of == ref
}

// userOf is a digest of who a call is about, within a run: by id, or by how they can be reached where there is none.
func userOf(run uuid.UUID, event *contract.Call) [16]byte {
	who := []any{event.UserID}
	if event.UserID == "" && event.User != nil {
		var claimed struct{ Email, Phone, Username string }
		_ = json.Unmarshal(event.User, &claimed) // it was checked when it came in
		who = []any{claimed.Email, claimed.Phone, claimed.Username}
	}
	sum := sha256.Sum256(append(run[:], describe(who)...))
	return [16]byte(sum[:])
}

// resume is what a call resumes, and the mark of its run that it leaves as it is; both may be nil.
func (x *Executor) resume(l *leg, q *Request, event *contract.Call, sealed string, now time.Time) (m *mark, err error) {
	if sealed != "" {
		var ok bool
		if m, ok = x.Sealer.openMark(sealed, FlowRef{q.Tenant, q.Flow}); !ok || m.run != l.run.ID {
			return nil, errForged
		}
	}
	switch {
	case event.Resume == nil:
		return m, nil
	case m == nil || m.slot != q.Slot:
		return nil, fmt.Errorf("%w: the run was not sent away at this slot", ErrNotResumable)
	case m.user != userOf(l.run.ID, event):
		return nil, fmt.Errorf("%w: it was another user who was sent away", ErrNotResumable)
	case now.After(m.until):
		return nil, fmt.Errorf("%w: it was too long ago", ErrNotResumable)
	}
	return m, nil
}

// chain is what a call runs, and where in it the call goes on. One whose revision has been recalled runs from its beginning: what has run before was another chain.
func (l *leg) chain(q *Request, event *contract.Call) (Chain, *runtime.Resumption) {
	if event.Resume == nil || l.mark.revision != l.revision.Revision {
		return l.revision.Chain(q.Slot, event.Method), nil
	}
	return l.revision.Chain(q.Slot, l.mark.list), &l.mark.at
}

// seal is the token of a run with the mark that the answer to a call leaves on it, if any.
func (x *Executor) seal(l *leg, q *Request, event *contract.Call, answer *runtime.Answer, now time.Time) string {
	token, ref := x.Sealer.Seal(l.run), FlowRef{q.Tenant, q.Flow}
	if at := answer.Resumption; at != nil {
		m := &mark{
			run: l.run.ID, revision: l.revision.Revision, slot: q.Slot, list: event.Method, user: userOf(l.run.ID, event), until: now.Add(lifetime(answer)), at: *at,
		}
		if event.Resume != nil && l.mark.revision == m.revision {
			m.list = l.mark.list
		}
		return token + separator + x.Sealer.sealMark(ref, m)
	}
	if l.mark != nil && l.mark.slot != q.Slot { // this call was about something else
		return token + separator + x.Sealer.sealMark(ref, l.mark)
	}
	return token
}

func lifetime(answer *runtime.Answer) time.Duration {
	if t := answer.Outcome.Token; t != nil {
		return max(ResumeLifetime, time.Duration(min(t.ExpiresInSeconds, maxRedirectSeconds))*time.Second)
	}
	return ResumeLifetime
}

// cutMark parts the token of a run from its mark.
func cutMark(token string) (run, sealed string) {
	run, sealed, _ = strings.Cut(token, separator)
	return run, sealed
}
