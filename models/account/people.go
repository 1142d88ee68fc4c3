package account

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Person is an account that can work, as colleagues know it.
type Person struct {
	ID        uuid.UUID
	Login     string
	Name      string
	Roles     store.Words[org.Role]
	AwayUntil *time.Time // a colleague acts for this person until then
}

// People lists the accounts of an office that can work, after a login; without sealed and
// closed ones.
func People(t *store.Tx, office uuid.UUID, after string, most int) (list []Person, err error) {
	err = t.DB().Raw(`SELECT a.id, a.login, a.name, a.roles,
			(SELECT max(p.until_at) FROM proxy p WHERE p.account_id = a.id AND p.revoked_at IS NULL AND p.from_at <= @now AND @now < p.until_at) AS away_until
		FROM account a WHERE a.org_id = @office AND a.login > @after AND a.sealed_at IS NULL AND a.closed_at IS NULL ORDER BY a.login LIMIT @most`,
		map[string]any{"now": t.Now(), "office": office, "after": after, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the people of an office: %w", err)
	}
	for i := range list {
		list[i].Roles = sortedRoles(list[i].Roles)
	}
	return list, nil
}
