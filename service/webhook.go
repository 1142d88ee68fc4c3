package service

import (
	"fmt"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/upkeep"
	"github.com/xueji/xueji/webhook"
)

func webhookRules(c config.Webhook) webhook.Rules {
	return webhook.Rules{AllowHTTP: c.AllowHTTP, AllowPrivate: c.AllowPrivate}
}

// leaseMargin is what a claim may take beyond the attempt itself: writing it down, and
// waiting for the other messages of the same claim.
const leaseMargin = time.Minute

func openDeliverer(c config.Webhook, p *parts) (*upkeep.Deliverer, error) {
	days, err := calendar.Load()
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	hours, err := webhook.ReadHours(c.Hours, days)
	if err != nil {
		return nil, fmt.Errorf("webhook.hours: %w", err)
	}
	return &upkeep.Deliverer{
		Register: p.register, Gateway: webhook.NewSender(webhookRules(c), c.Timeout), Processes: p.proc, Hours: hours, Log: p.log,
		Lease: 6*c.Timeout + leaseMargin, Interval: c.Interval,
	}, nil
}
