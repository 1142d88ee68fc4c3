package account

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Account is one person at one office. Its password is never read with it.
type Account struct {
	ID            uuid.UUID
	OrgID         uuid.UUID
	OrgPath       string
	OrgName       string   `gorm:"->"`
	OrgKind       org.Kind `gorm:"->"`
	Login         string
	Name          string
	Roles         store.Words[org.Role]
	PasswordSetAt time.Time
	MustChange    bool
	LockedUntil   *time.Time `gorm:"->"` // on some network; the time may have passed
	LastUsedAt    time.Time
	SealedAt      *time.Time
	ClosedAt      *time.Time
	CreatedAt     time.Time
	Version       int64
}

const accountColumns = `a.id, a.org_id, a.org_path::text AS org_path, o.name AS org_name, o.kind AS org_kind, a.login, a.name,
	a.roles, a.password_set_at, a.must_change, login_locked_until(a.id) AS locked_until, a.last_used_at,
	a.sealed_at, a.closed_at, a.created_at, a.version`

// Read reads one account of the scope.
func Read(t *store.Tx, id uuid.UUID) (Account, error) {
	var a Account
	err := t.DB().Raw(`SELECT `+accountColumns+` FROM account a JOIN organisation o ON o.id = a.org_id WHERE a.id = ?`, id).Take(&a).Error
	if err != nil {
		return Account{}, store.OrMissing(err, "read an account")
	}
	a.Roles = sortedRoles(a.Roles)
	return a, nil
}

// OpenByLogin reads the account with a login; false when there is none that can log in.
func OpenByLogin(t *store.Tx, login string) (Account, bool, error) {
	var a Account
	found := t.DB().Raw(`SELECT `+accountColumns+` FROM account a JOIN organisation o ON o.id = a.org_id
		WHERE a.login = ? AND a.closed_at IS NULL AND a.sealed_at IS NULL AND o.closed_at IS NULL`, NormalLogin(login)).Scan(&a)
	if found.Error != nil {
		return Account{}, false, fmt.Errorf("read an account by its login: %w", found.Error)
	}
	a.Roles = sortedRoles(a.Roles)
	return a, found.RowsAffected == 1, nil
}

// List lists the accounts of one office in order of login, after the login given.
func List(t *store.Tx, office uuid.UUID, after string, limit int) ([]Account, error) {
	var list []Account
	err := t.DB().Raw(`SELECT `+accountColumns+` FROM account a JOIN organisation o ON o.id = a.org_id
		WHERE a.org_id = ? AND a.login > ? ORDER BY a.login LIMIT ?`, office, after, limit).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	for i := range list {
		list[i].Roles = sortedRoles(list[i].Roles)
	}
	return list, nil
}

// NewAccount is the request of an administrator to create an account.
type NewAccount struct {
	Org   uuid.UUID
	Login string
	Name  string
	Roles []org.Role
}

// newAccount is an account with what is written when it is made and never read again.
type newAccount struct {
	Account

	PasswordHash string
	CreatedBy    *uuid.UUID
}

// Create makes an account with a temporary password that must be changed at the
// first login. It returns the password once, for the administrator.
func Create(t *store.Tx, n NewAccount) (Account, string, error) {
	var office struct {
		Path     string
		ClosedAt *time.Time
	}
	err := t.DB().Raw(`SELECT path::text AS path, closed_at FROM organisation WHERE id = ?`, n.Org).Take(&office).Error
	if err != nil {
		return Account{}, "", store.OrMissing(err, "read the office of an account")
	}
	if office.ClosedAt != nil {
		return Account{}, "", refusal.New(refusal.OrgClosed)
	}
	id, password := store.NewID(), TemporaryPassword()
	hash := HashPassword(password)
	made := newAccount{PasswordHash: hash, CreatedBy: t.Author(), Account: Account{
		ID: id, OrgID: n.Org, OrgPath: office.Path, Login: NormalLogin(n.Login), Name: n.Name, Roles: sortedRoles(n.Roles),
		PasswordSetAt: t.Now(), MustChange: true, LastUsedAt: t.Now(), CreatedAt: t.Now(), Version: 1,
	}}
	err = t.DB().Table("account").Create(&made).Error
	if store.Violates(err) == "account_login_key" {
		return Account{}, "", refusal.New(refusal.LoginTaken).At("/login")
	}
	if err != nil {
		return Account{}, "", fmt.Errorf("create an account: %w", err)
	}
	if err := addToPasswordHistory(t, id, hash); err != nil {
		return Account{}, "", err
	}
	if err := t.Audit("account.create", "account", id.String(), map[string]string{"org": n.Org.String(), "roles": joinRoles(n.Roles)}); err != nil {
		return Account{}, "", err
	}
	a, err := Read(t, id)
	return a, password, err
}

// Update changes name and roles. The roles of the own account cannot be changed.
func Update(t *store.Tx, id uuid.UUID, version int64, name string, roles []org.Role) (Account, error) {
	a, err := readOpen(t, id)
	if err != nil {
		return Account{}, err
	}
	if id == t.Scope().Account && !slices.Equal(a.Roles, sortedRoles(roles)) {
		return Account{}, refusal.New(refusal.OwnAccount)
	}
	n, err := t.Exec(`UPDATE account SET name = ?, roles = ?, version = version + 1 WHERE id = ? AND version = ?`, name, sortedRoles(roles), id, version)
	if err != nil {
		return Account{}, fmt.Errorf("change an account: %w", err)
	}
	if n != 1 {
		return Account{}, refusal.New(refusal.VersionConflict)
	}
	if err := t.Audit("account.update", "account", id.String(), map[string]string{"before": joinRoles(a.Roles), "after": joinRoles(roles)}); err != nil {
		return Account{}, err
	}
	return Read(t, id)
}

// readOpen reads an account that is not closed.
func readOpen(t *store.Tx, id uuid.UUID) (Account, error) {
	a, err := Read(t, id)
	if err == nil && a.ClosedAt != nil {
		return Account{}, refusal.New(refusal.AccountClosed)
	}
	return a, err
}
