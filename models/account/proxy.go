package account

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Proxy says that a person acts for a colleague who is away (代理), for a time. Both
// names stand in every decision.
type Proxy struct {
	ID        uuid.UUID
	AccountID uuid.UUID // the person who is away
	Account   string    `gorm:"->"`
	ProxyID   uuid.UUID // the person who acts
	Proxy     string    `gorm:"->"`
	OrgID     uuid.UUID
	OrgPath   string
	From      time.Time `gorm:"column:from_at"`
	Until     time.Time `gorm:"column:until_at"`
	Reason    string
	CreatedBy uuid.UUID
	CreatedAt time.Time
	RevokedAt *time.Time
}

const proxyColumns = `p.id, p.account_id, a.name AS account, p.proxy_id, x.name AS proxy, p.org_id, p.org_path, p.from_at, p.until_at, p.reason, p.created_by, p.created_at, p.revoked_at
	FROM proxy p CROSS JOIN LATERAL account_label(p.account_id) a CROSS JOIN LATERAL account_label(p.proxy_id) x`

// AddProxy lets a person act for a colleague of the same office. The caller has checked
// that the acting account may name proxies for the absent colleague.
func AddProxy(t *store.Tx, p Proxy, office org.OfficeRef) (*Proxy, error) {
	rules, err := policy.InForce(t, office.Province)
	if err != nil {
		return nil, err
	}
	longest := time.Duration(rules.ProxyDays) * 24 * time.Hour
	period := refusal.New(refusal.ProxyPeriod).At("/until").With("days", strconv.Itoa(rules.ProxyDays))
	if !p.From.Before(p.Until) || !t.Now().Before(p.Until) || p.Until.Sub(p.From) > longest || p.From.Sub(t.Now()) > longest {
		return nil, period
	}
	if err := checkProxy(t, p, office.ID); err != nil {
		return nil, err
	}
	// Two proxies at once for one person would both be written: the second call waits here.
	if err := t.DB().Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "proxy/"+p.AccountID.String()).Error; err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	var taken int64
	err = t.DB().Model(&Proxy{}).Where(`account_id = ? AND revoked_at IS NULL AND from_at < ? AND ? < until_at`, p.AccountID, p.Until, p.From).Count(&taken).Error
	if err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	if taken > 0 {
		return nil, period
	}
	p.ID, p.OrgID, p.OrgPath, p.CreatedBy, p.CreatedAt = store.NewID(), office.ID, office.Path, t.Scope().Account, t.Now()
	if err := t.DB().Create(&p).Error; err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	if err := t.Audit("proxy.add", "account", p.AccountID.String(), map[string]string{"proxy": p.ProxyID.String(), "until": p.Until.UTC().Format(time.RFC3339)}); err != nil {
		return nil, err
	}
	return ReadProxy(t, p.ID)
}

// checkProxy refuses a proxy who is not of the office, does not judge changes, or files
// changes: the person who submits does not review, not even through a proxy.
func checkProxy(t *store.Tx, p Proxy, office uuid.UUID) error {
	var colleagues []struct{ Roles store.Words[org.Role] }
	err := t.DB().Table("account").Where(`id IN (?, ?) AND org_id = ? AND sealed_at IS NULL AND closed_at IS NULL`, p.AccountID, p.ProxyID, office).Find(&colleagues).Error
	if err != nil {
		return fmt.Errorf("read a proxy: %w", err)
	}
	unfit := refusal.New(refusal.ProxyUnfit).At("/proxy")
	if len(colleagues) != 2 || p.AccountID == p.ProxyID {
		return unfit
	}
	for _, one := range colleagues {
		judges := slices.ContainsFunc(org.ReviewingRoles(), func(judge org.Role) bool { return slices.Contains(one.Roles, judge) })
		if !judges || slices.Contains(one.Roles, org.SchoolRegistrar) {
			return unfit
		}
	}
	return nil
}

// ReadProxy reads one proxy.
func ReadProxy(t *store.Tx, id uuid.UUID) (*Proxy, error) {
	var p Proxy
	err := t.DB().Raw(`SELECT `+proxyColumns+` WHERE p.id = ?`, id).Take(&p).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a proxy")
	}
	return &p, nil
}

// Proxies lists the proxies of an office: first those in force or to come, then past
// ones.
func Proxies(t *store.Tx, office uuid.UUID, most int) ([]Proxy, error) {
	var list []Proxy
	err := t.DB().Raw(`SELECT `+proxyColumns+` WHERE p.org_id = ? ORDER BY p.revoked_at IS NULL AND p.until_at > ? DESC, p.until_at DESC, p.id DESC LIMIT ?`,
		office, t.Now(), most).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list proxies: %w", err)
	}
	return list, nil
}

// RevokeProxy ends a proxy at once; ending it again changes nothing.
func RevokeProxy(t *store.Tx, id uuid.UUID) (*Proxy, error) {
	n, err := t.Exec(`UPDATE proxy SET revoked_by = ?, revoked_at = ? WHERE id = ? AND revoked_at IS NULL`, t.Scope().Account, t.Now(), id)
	if err != nil {
		return nil, fmt.Errorf("end a proxy: %w", err)
	}
	if n > 0 {
		if err := t.Audit("proxy.revoke", "proxy", id.String(), nil); err != nil {
			return nil, err
		}
	}
	return ReadProxy(t, id)
}
