package upkeep

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Gateway sends the messages of a deliverer.
type Gateway interface {
	Send(ctx context.Context, m webhook.Message) webhook.Outcome
}

// Deliverer sends notices to gateways. Any number of deliverers may run: each takes a
// message for the length of a lease. After a crash the message is sent again under the
// same ID, so a gateway gets it at least once.
type Deliverer struct {
	Register  *store.Store // as the worker role
	Gateway   Gateway
	Processes *process.Catalogue
	Hours     webhook.Hours
	Log       *slog.Logger
	// Lease is how long a deliverer keeps a message; longer than one attempt lasts.
	Lease time.Duration
	// Interval is the time between two looks into the queue.
	Interval time.Duration
}

const sendersAtOnce = 16

// Run delivers until ctx ends.
func (d *Deliverer) Run(ctx context.Context) {
	ticker := time.NewTicker(d.Interval)
	defer ticker.Stop()
	for {
		n, err := d.Once(ctx)
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("deliver notices", "error", err.Error())
		}
		if n > 0 && err == nil && ctx.Err() == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Once takes the messages that are due, sends them and writes the outcomes. It returns
// the number of messages.
func (d *Deliverer) Once(ctx context.Context) (int, error) {
	var list []message.ClaimedDelivery
	err := d.Register.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
		list, err = message.ClaimDeliveries(tx, d.Lease)
		return err
	})
	if err != nil {
		return 0, err
	}
	var group errgroup.Group // a failure does not stop the other messages
	group.SetLimit(sendersAtOnce)
	for _, c := range list {
		group.Go(func() error { return d.deliver(ctx, c) })
	}
	return len(list), group.Wait()
}

func (d *Deliverer) deliver(ctx context.Context, c message.ClaimedDelivery) error {
	clock := d.Register.Clock()
	now := clock.Now()
	if at := d.Hours.Open(now); at.After(now) && waits(c) {
		return d.Register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error { return message.Postpone(tx, c, at) })
	}
	body, err := d.compose(c)
	if err != nil {
		return err
	}
	id := c.ID
	if c.NoticeID != nil {
		id = *c.NoticeID
	}
	// A receiver compares the time with its own clock, which is the real one.
	outcome := d.Gateway.Send(ctx, webhook.Message{ID: id.String(), URL: c.URL, Secrets: c.Secrets, At: now.Add(-clock.Offset()), Body: body})
	if ctx.Err() != nil && !outcome.Delivered() {
		return ctx.Err() // the worker stops: this says nothing about the gateway
	}
	sent := message.DeliveryOutcome{Delivered: outcome.Delivered(), Gone: outcome.Failure == webhook.Gone, Status: outcome.Status, Failure: string(outcome.Failure)}
	if !sent.Delivered && !sent.Gone {
		sent.Next, _ = webhook.Next(clock.Now(), c.Attempts, outcome.RetryAfter)
	}
	// The outcome is written even when the worker stops; otherwise the message is sent again.
	return d.Register.InScope(context.WithoutCancel(ctx), store.Scope{}, func(tx *store.Tx) error { return message.MarkDelivery(tx, c, sent) })
}

// waits reports whether a message is kept until working hours. A test never is.
func waits(c message.ClaimedDelivery) bool {
	switch {
	case c.Notice == nil || c.OutsideHours == message.SendAlways:
		return false
	case c.OutsideHours == message.SendWait:
		return true
	}
	return !notice.Urgent(c.Notice.Kind)
}

// Payload is the body of a message. It names the case and the office, never a pupil,
// because a gateway shows it on a telephone.
type Payload struct {
	Type      string      `json:"type"` // notice.created, or notice.test
	Timestamp time.Time   `json:"timestamp"`
	Data      PayloadBody `json:"data"`
}

// PayloadBody names the receiver and the event.
type PayloadBody struct {
	NoticeID   string `json:"notice_id,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Urgent     bool   `json:"urgent,omitempty"`
	CaseNo     string `json:"case_no,omitempty"`
	ChangeKind string `json:"change_kind,omitempty"`
	OfficeCode string `json:"office_code,omitempty"`
	Office     string `json:"office,omitempty"`
	Role       string `json:"role,omitempty"`  // everybody with the role at the office …
	Login      string `json:"login,omitempty"` // … or the one person with this login
	Step       string `json:"step,omitempty"`
	DueDay     string `json:"due_day,omitempty"`
	TitleZh    string `json:"title_zh"`
	TitleEn    string `json:"title_en"`
	TextZh     string `json:"text_zh"`
	TextEn     string `json:"text_en"`
	Path       string `json:"path,omitempty"` // where to read on, below the address of the API
}

// The types of messages.
const (
	TypeCreated = "notice.created"
	TypeTest    = "notice.test"
)

func (d *Deliverer) compose(c message.ClaimedDelivery) ([]byte, error) {
	p := Payload{Type: TypeCreated, Timestamp: c.CreatedAt}
	n := c.Notice
	if n == nil {
		p.Type = TypeTest
		p.Data = PayloadBody{TitleZh: "测试", TitleEn: "Test", TextZh: "这是一条测试消息，无需处理。", TextEn: "This is a test; nothing needs to be done."}
		return json.Marshal(p)
	}
	facts := notice.Facts{CaseNo: n.CaseNo, Kind: d.Processes.NameOf(n.ChangeKind), Step: n.StepLabel, Office: n.OfficeName, Day: n.EffectiveOn.String(), Count: notice.CountText(n.Counted)}
	if n.DueAt != nil {
		facts.Due = calendar.Due{At: *n.DueAt}.LastDay().String()
	}
	zh, en := notice.Say(n.Kind, refusal.Chinese, facts), notice.Say(n.Kind, refusal.English, facts)
	p.Data = PayloadBody{
		NoticeID: n.ID.String(), Kind: n.Kind, Urgent: notice.Urgent(n.Kind), CaseNo: n.CaseNo, ChangeKind: string(n.ChangeKind), OfficeCode: n.OfficeCode, Office: n.OfficeName,
		Role: string(n.Role), Login: c.Login, Step: n.StepLabel.Zh, DueDay: facts.Due, TitleZh: zh.Title, TitleEn: en.Title, TextZh: zh.Text, TextEn: en.Text,
	}
	change := ""
	if n.ChangeID != nil {
		change = n.ChangeID.String()
	}
	p.Data.Path = notice.Path(n.Kind, change)
	return json.Marshal(p)
}
