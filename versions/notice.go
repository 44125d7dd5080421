package versions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions/rollout"
)

// Notice is the notification of the end of a flow's last rollout. It is sent at least once, until the target has it or the attempts are used up.
type Notice struct {
	ID       string    `json:"id"` // the same for each attempt
	URL      string    `json:"url"`
	At       time.Time `json:"at"` // of what it tells
	Attempts int       `json:"attempts"`
	NextAt   time.Time `json:"next_at,omitzero"` // of the next attempt; zero: there is none
	SentAt   time.Time `json:"sent_at,omitzero"`
	Error    string    `json:"error,omitempty"` // of the last attempt
}

// Waits says whether it is still to be sent.
func (n *Notice) Waits() bool { return n != nil && !n.NextAt.IsZero() }

func newNotice(flow *Flow, now time.Time) *Notice {
	return &Notice{ID: uuid.NewString(), URL: flow.Rollout.Plan.Notify, At: now, NextAt: now}
}

// noticeWaits are how long the attempts after the first wait.
var noticeWaits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}

// noticeTime is how long one attempt may take.
const noticeTime = 10 * time.Second

// Notifier sends the body of a notice to a URL that the tenant chose. The error's text is shown to the tenant.
type Notifier interface {
	Notify(ctx context.Context, tenant catalog.TenantID, n *Notice, body []byte) error
}

// noticeBody is what a notice's target gets.
type noticeBody struct {
	ID        string             `json:"id"`
	Type      string             `json:"type"`
	Time      time.Time          `json:"time"`
	Tenant    catalog.TenantID   `json:"tenant"`
	Flow      FlowSlug           `json:"flow"`
	Rollout   int                `json:"rollout"`
	Stable    int                `json:"stable"`
	Candidate int                `json:"candidate"`
	Guard     rollout.Guard      `json:"guard"`
	Figures   map[string]float64 `json:"figures"`
	Calls     map[string]int64   `json:"calls"`
	Runs      []string           `json:"runs"`
}

func encodeNotice(flow *Flow) ([]byte, error) {
	r := flow.Rollout
	return json.Marshal(noticeBody{
		ID: flow.Notice.ID, Type: "rollout.rolled_back", Time: flow.Notice.At, Tenant: flow.Tenant, Flow: flow.Slug, Rollout: r.Number, Stable: r.Stable, Candidate: r.Candidate,
		Guard: r.Breach.Guard, Figures: map[string]float64{"stable": r.Breach.Stable, "candidate": r.Breach.Candidate},
		Calls: map[string]int64{"stable": r.Breach.StableCalls, "candidate": r.Breach.CandidateCalls}, Runs: r.Breach.Runs,
	})
}

// SendNotices sends the notices that are due.
func (c *Conductor) SendNotices(ctx context.Context) {
	if c.Notifier != nil {
		c.each(ctx, c.sendNotice)
	}
}

func (c *Conductor) sendNotice(ctx context.Context, ref FlowRef) error {
	flow, err := c.Flows.Store.Flow(ctx, ref.Tenant, ref.Flow)
	if err != nil || !flow.Notice.Waits() || c.Flows.now().Before(flow.Notice.NextAt) {
		return err
	}
	body, err := encodeNotice(&flow)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, noticeTime)
	sent := c.Notifier.Notify(limited, ref.Tenant, flow.Notice, body)
	cancel()
	if ctx.Err() != nil {
		return ctx.Err() // the server stops, and sends it again when it is back
	}
	id := flow.Notice.ID
	_, err = c.Flows.change(ctx, ref, "note that a notice was sent", func(flow *Flow) (*edit, error) {
		if flow.Notice == nil || flow.Notice.ID != id {
			return nil, nil // there is a new rollout
		}
		flow.Notice.attempted(sent, c.Flows.now())
		return &edit{}, nil
	})
	return err
}

// attempted notes how an attempt ended.
func (n *Notice) attempted(err error, now time.Time) {
	n.Attempts++
	n.NextAt, n.Error = time.Time{}, ""
	switch {
	case err == nil:
		n.SentAt = now
	case n.Attempts <= len(noticeWaits):
		n.NextAt, n.Error = now.Add(noticeWaits[n.Attempts-1]), clip(err.Error(), maxReason)
	default:
		n.Error = clip(err.Error(), maxReason)
	}
}

const maxURL = 2000

// checkNotify refuses what is no URL. Whether the tenant's egress policy allows it shows when it is sent: the policy may change.
func (f *Flows) checkNotify(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(text) > maxURL {
		return invalid("/notify", "it must be a URL with https or http, of at most %d bytes", maxURL)
	}
	return nil
}

// statusError is an answer that is no success.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("the target answered with status %d", int(e)) }
