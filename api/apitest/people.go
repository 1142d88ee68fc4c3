package apitest

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
)

const (
	// Password is the password of every account.
	Password = "Guiyang#2026"
	// PersonName is the name of every person.
	PersonName = "某人"
)

var passwordHash = sync.OnceValue(func() string { return account.HashPassword(Password) })

// Caller is somebody with a session.
type Caller struct {
	At      string // the path of the office
	Account uuid.UUID
	Session uuid.UUID
	Login   string
	Token   string
	Roles   []org.Role
}

// NewAccount makes the account of somebody at an office who has logged in and chosen a
// password. It is written as a row: over the API each would cost three hashes of passwords,
// which is most of the time of a test.
func (w *World) NewAccount(at string, roles ...org.Role) Caller {
	w.t.Helper()
	c := Caller{At: at, Account: uuid.Must(uuid.NewV7()), Roles: roles}
	c.Login = "user" + c.Account.String()
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	w.write(`WITH a AS (INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7, $8, false, $8, $8) RETURNING id, password_set_at, password_hash)
		INSERT INTO account_password (account_id, set_at, password_hash) SELECT id, password_set_at, password_hash FROM a`,
		c.Account, w.OfficeID(at), at, c.Login, PersonName, names, passwordHash(), w.Now())
	return c
}

// LogIn makes an account at an office and opens a session of it.
func (w *World) LogIn(at string, roles ...org.Role) Caller {
	w.t.Helper()
	return w.openSession(w.NewAccount(at, roles...), "t-")
}

// Browser opens another session of somebody, which a browser holds in its cookie.
func (w *World) Browser(c Caller) Caller {
	w.t.Helper()
	return w.openSession(c, "browser.")
}

func (w *World) openSession(c Caller, mark string) Caller {
	w.t.Helper()
	c.Session = uuid.Must(uuid.NewV7())
	c.Token = mark + c.Session.String()
	sum := sha256.Sum256([]byte(c.Token))
	w.write(`INSERT INTO session (id, account_id, kind, token_hash, created_at, last_used_at, expires_at) VALUES ($1, $2, 'LOGIN', $3, $4, $4, $5)`,
		c.Session, c.Account, sum[:], w.Now(), w.Now().Add(12*time.Hour))
	return c
}

func (w *World) write(query string, args ...any) {
	w.t.Helper()
	_, err := w.Owner().Exec(w.t.Context(), query, args...)
	require.NoError(w.t, err)
}

// GiveRoles gives somebody other roles, as the administrator of the office does.
func (w *World) GiveRoles(c Caller, roles ...org.Role) {
	w.t.Helper()
	admin := w.LogIn(c.At, org.SchoolSysadmin)
	path := "/v1/accounts/" + c.Account.String()
	read := w.Must(http.StatusOK, admin.Token, Get(path), nil)
	w.Must(http.StatusOK, admin.Token, Call{Method: http.MethodPut, Path: path, IfMatch: read.Header().Get("ETag"), Body: m{"name": PersonName, "roles": roles}}, nil)
}

// OfficeID is the identifier of an office, also of one that a test has made.
func (w *World) OfficeID(path string) uuid.UUID {
	w.t.Helper()
	return One[uuid.UUID](w, `SELECT id FROM organisation WHERE path = $1::text::ltree`, path)
}

// OfficeName returns the name of an office.
func (w *World) OfficeName(path string) string {
	w.t.Helper()
	return w.Text(`SELECT name FROM organisation WHERE path = $1::text::ltree`, path)
}

// Org is the address of an office, or of what lies below it.
func (w *World) Org(path, below string) string {
	w.t.Helper()
	return "/v1/orgs/" + w.OfficeID(path).String() + below
}

// Kind returns the kind of the office with this path.
func Kind(path string) org.Kind {
	switch path[strings.LastIndexByte(path, '.')+1] {
	case 's':
		return org.School
	case 'd':
		return org.County
	case 'c':
		return org.City
	case 'p':
		return org.Province
	}
	return org.Nation
}
