package service

import (
	"fmt"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
)

func webhookRules(c config.Webhook) webhook.Rules {
	return webhook.Rules{AllowHTTP: c.AllowHTTP, AllowPrivate: c.AllowPrivate}
}

// leaseMargin is the time that a claim may take beyond its attempt, for writing the
// outcome and for the other messages of the claim.
const leaseMargin = time.Minute

func openDeliverer(c config.Webhook, p *parts) (*upkeep.Deliverer, error) {
	from, to, err := c.Open()
	if err != nil {
		return nil, fmt.Errorf("webhook.hours: %w", err)
	}
	return &upkeep.Deliverer{
		Register: p.register.Store, Gateway: webhook.NewSender(webhookRules(c), c.Timeout), Processes: p.proc, Hours: webhook.NewHours(from, to, p.register.Workdays), Log: p.log,
		Lease: 6*c.Timeout + leaseMargin, Interval: c.Interval,
	}, nil
}
