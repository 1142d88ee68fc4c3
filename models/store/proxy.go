package store

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// Proxy says that a person acts for a colleague who is away (代理), for a time. Both
// names stand in every decision.
type Proxy struct {
	ID        uuid.UUID
	AccountID uuid.UUID // the person who is away
	Account   string
	ProxyID   uuid.UUID // the person who acts
	Proxy     string
	OrgPath   string
	From      time.Time `gorm:"column:from_at"`
	Until     time.Time `gorm:"column:until_at"`
	Reason    string
	CreatedAt time.Time
	RevokedAt *time.Time
}

const proxyColumns = `p.id, p.account_id, a.name AS account, p.proxy_id, x.name AS proxy, p.org_path::text AS org_path, p.from_at, p.until_at, p.reason, p.created_at, p.revoked_at
	FROM proxy p CROSS JOIN LATERAL account_label(p.account_id) a CROSS JOIN LATERAL account_label(p.proxy_id) x`

// AddProxy lets a person act for a colleague of the same office. The caller has checked
// that the acting account may name proxies for the absent colleague.
func (t *Tx) AddProxy(p Proxy, office Office) (*Proxy, error) {
	policy, err := t.policyOf(office.Province)
	if err != nil {
		return nil, err
	}
	longest := time.Duration(policy.ProxyDays) * 24 * time.Hour
	period := refusal.New(refusal.ProxyPeriod).At("/until").With("days", strconv.Itoa(policy.ProxyDays))
	if !p.From.Before(p.Until) || !t.now.Before(p.Until) || p.Until.Sub(p.From) > longest || p.From.Sub(t.now) > longest {
		return nil, period
	}
	if err := t.fitProxy(p, office.ID); err != nil {
		return nil, err
	}
	// Two proxies at once for one person would both be written: the second call waits here.
	if err := t.db.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "proxy/"+p.AccountID.String()).Error; err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	var taken int64
	err = t.db.Raw(`SELECT count(*) FROM proxy WHERE account_id = ? AND revoked_at IS NULL AND from_at < ? AND ? < until_at`, p.AccountID, p.Until, p.From).Scan(&taken).Error
	if err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	if taken > 0 {
		return nil, period
	}
	id := newID()
	_, err = t.exec(`INSERT INTO proxy (id, account_id, proxy_id, org_id, org_path, from_at, until_at, reason, created_by, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, p.AccountID, p.ProxyID, office.ID, office.Path, p.From, p.Until, p.Reason, t.scope.Account, t.now)
	if err != nil {
		return nil, fmt.Errorf("name a proxy: %w", err)
	}
	if err := t.Audit("proxy.add", "account", p.AccountID.String(), map[string]string{"proxy": p.ProxyID.String(), "until": p.Until.UTC().Format(time.RFC3339)}); err != nil {
		return nil, err
	}
	return t.Proxy(id)
}

// fitProxy refuses a proxy who is not of the office, does not judge changes, or files
// changes: the person who submits does not review, not even through a proxy.
func (t *Tx) fitProxy(p Proxy, office uuid.UUID) error {
	var rows []struct {
		ID    uuid.UUID
		Roles string
	}
	err := t.db.Raw(`SELECT id, array_to_string(roles, ',') AS roles FROM account WHERE id IN (?, ?) AND org_id = ? AND sealed_at IS NULL AND closed_at IS NULL`,
		p.AccountID, p.ProxyID, office).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read a proxy: %w", err)
	}
	unfit := refusal.New(refusal.ProxyUnfit).At("/proxy")
	if len(rows) != 2 || p.AccountID == p.ProxyID {
		return unfit
	}
	for _, r := range rows {
		roles := splitNames(r.Roles)
		judges := slices.ContainsFunc(Judges(), func(judge org.Role) bool { return slices.Contains(roles, string(judge)) })
		if !judges || slices.Contains(roles, string(org.SchoolRegistrar)) {
			return unfit
		}
	}
	return nil
}

// Proxy reads one proxy.
func (t *Tx) Proxy(id uuid.UUID) (*Proxy, error) {
	var p Proxy
	err := t.db.Raw(`SELECT `+proxyColumns+` WHERE p.id = ?`, id).Take(&p).Error
	if err != nil {
		return nil, orMissing(err, "read a proxy")
	}
	return &p, nil
}

// Proxies lists the proxies of an office: first those in force or to come, then past
// ones.
func (t *Tx) Proxies(office uuid.UUID, most int) ([]Proxy, error) {
	var list []Proxy
	err := t.db.Raw(`SELECT `+proxyColumns+` WHERE p.org_id = ? ORDER BY p.revoked_at IS NULL AND p.until_at > ? DESC, p.until_at DESC, p.id DESC LIMIT ?`,
		office, t.now, most).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list proxies: %w", err)
	}
	return list, nil
}

// RevokeProxy ends a proxy at once; ending it again changes nothing.
func (t *Tx) RevokeProxy(id uuid.UUID) (*Proxy, error) {
	n, err := t.exec(`UPDATE proxy SET revoked_by = ?, revoked_at = ? WHERE id = ? AND revoked_at IS NULL`, t.scope.Account, t.now, id)
	if err != nil {
		return nil, fmt.Errorf("end a proxy: %w", err)
	}
	if n > 0 {
		if err := t.Audit("proxy.revoke", "proxy", id.String(), nil); err != nil {
			return nil, err
		}
	}
	return t.Proxy(id)
}
