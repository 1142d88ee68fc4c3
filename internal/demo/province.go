package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// ErrOccupied says that the database has administrators who are not of the
// demonstration: it belongs to somebody, so nothing is added to it.
var ErrOccupied = errors.New("the database has administrators of its own")

// Register says where the demonstration is loaded.
type Register struct {
	URL   string // of the API
	Owner string // address of the database as the owner of the tables
	Now   time.Time
}

// Load makes what the demonstration needs where it is missing or half made,
// also by an older version: offices, classes and accounts, and with pupils the
// roster of the first school. Everything goes over HTTP except the first account, which somebody
// must create before anybody can log in. It is quick when nothing is missing. What
// people did to an account stays done: what would need an account that Password no
// longer opens stays undone, and Changed names it.
func Load(ctx context.Context, r Register, pupils bool) error {
	found, err := renew(ctx, r)
	if err != nil {
		return err
	}
	if !found.whole() {
		if err := build(ctx, r, found); err != nil {
			return err
		}
	}
	if !pupils {
		return nil
	}
	if found, err = renew(ctx, r); err != nil {
		return err
	}
	for _, login := range []string{"registrar", "leader", "county.reviewer"} {
		if !found.opens(login) {
			return nil
		}
	}
	return enrol(ctx, r.URL)
}

// Changed lists the logins of the demonstration that Password does not open (any
// more): somebody set another password, had it reset, or closed the account.
func Changed(ctx context.Context, r Register) ([]string, error) {
	found, err := renew(ctx, r)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(logins(), found.opens), nil
}

// standing is what is known of an account of the demonstration.
type standing struct {
	unsettled bool // the first, temporary password was never changed, so nobody knows it
	usable    bool // neither closed nor waiting for a change of its password
	hash      string
}

// accounts is which demonstration accounts there are, by login.
type accounts map[string]standing

// opens says whether the demonstration's password opens an account.
func (a accounts) opens(login string) bool {
	one := a[login]
	return one.usable && account.PasswordMatches(one.hash, Password)
}

func (a accounts) whole() bool {
	return !slices.ContainsFunc(Accounts(), a.lacks)
}

// wholeAt says the same of one office.
func (a accounts) wholeAt(office string) bool {
	return !slices.ContainsFunc(Accounts(), func(one Account) bool { return one.Office == office && a.lacks(one) })
}

func (a accounts) lacks(one Account) bool {
	there, exists := a[one.Login]
	return there.unsettled || !exists
}

// renew finds the accounts and keeps them from growing old: passwords of 90
// days and accounts unused for half a year would end a trial that somebody
// comes back to. What people did to an account stays done.
func renew(ctx context.Context, r Register) (accounts, error) {
	found := accounts{}
	err := asOwner(ctx, r, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `UPDATE account a SET last_used_at = $2, sealed_at = NULL,
				password_set_at = CASE WHEN must_change THEN password_set_at ELSE $2 END
			WHERE login = ANY ($1)
			RETURNING login, must_change AND (SELECT count(*) FROM account_password p WHERE p.account_id = a.id) = 1,
				NOT must_change AND closed_at IS NULL, password_hash`, logins(), r.Now)
		if err != nil {
			return err
		}
		var login string
		var one standing
		_, err = pgx.ForEachRow(rows, []any{&login, &one.unsettled, &one.usable, &one.hash}, func() error {
			found[login] = one
			return nil
		})
		return err
	})
	return found, err
}

func logins() []string {
	var list []string
	for _, a := range Accounts() {
		list = append(list, a.Login)
	}
	return list
}

func asOwner(ctx context.Context, r Register, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, r.Owner)
	if err != nil {
		return fmt.Errorf("load the demonstration: %w", err)
	}
	err = do(c)
	return errors.Join(err, c.Close(context.WithoutCancel(ctx)))
}

// build makes what is missing. A run that was cut off is taken up again:
// offices and accounts that are there are left as they are, an account whose
// temporary password nobody knows gets a new one. A school's classes come before
// its other accounts, so that accounts tell whether anything is missing.
func build(ctx context.Context, r Register, found accounts) error {
	e := newErrand(ctx, r.URL)
	if err := firstAdmin(e, r, found); err != nil {
		return err
	}
	for _, a := range Accounts()[1:] {
		if found.lacks(a) && e.mayAct(a.By, found) {
			e.openAccount(a, e.openOffice(a.Office, a.By), found)
		}
		if a.Role == org.SchoolSysadmin && !found.wholeAt(a.Office) && e.mayAct(a.Login, found) {
			e.openClasses(a, e.office(a.Login, a.Office))
		}
	}
	e.logOut()
	return e.err
}

// mayAct says whether a person of the demonstration can do something in this run:
// an account just settled, or one the demonstration's password opens. An
// administrator who set another password is not in the way of the rest.
func (e *errand) mayAct(login string, found accounts) bool {
	return e.tokens[login] != "" || found.opens(login)
}

// firstAdmin lets the national administrator in.
func firstAdmin(e *errand, r Register, found accounts) error {
	there, exists := found[nationLogin]
	if exists && !there.unsettled {
		return nil
	}
	first := accountOf(nationLogin)
	temporary, err := account.CreateFirstAdmin(e.ctx, r.Owner, first.Login, first.Name, exists, r.Now)
	var refused *refusal.Error
	switch {
	case exists && errors.As(err, &refused) && refused.Code == refusal.LoginTaken:
		temporary = account.TemporaryPassword() // a run was cut off before the first one was changed
		err = asOwner(e.ctx, r, func(c *pgx.Conn) error {
			_, err := c.Exec(e.ctx, `WITH a AS (UPDATE account SET password_hash = $2 WHERE login = $1 RETURNING id)
				UPDATE account_password p SET password_hash = $2 FROM a WHERE p.account_id = a.id`, nationLogin, account.HashPassword(temporary))
			return err
		})
	case errors.As(err, &refused) && refused.Code == refusal.AdminExists:
		return ErrOccupied
	}
	if err != nil {
		return err
	}
	e.settle(nationLogin, temporary)
	return e.err
}

// settle changes a temporary password into the demonstration's, as the person would.
func (e *errand) settle(login, temporary string) {
	a := e.send(request{method: http.MethodPost, path: "/v1/sessions", body: map[string]any{"login": login, "password": temporary}})
	if e.err == nil && a.status != http.StatusCreated {
		e.fail("%s cannot log in with the temporary password: %s", login, a.problem())
	}
	e.tokens[login] = a.text("token")
	e.call(login, http.StatusNoContent, http.MethodPost, "/v1/me/password", map[string]any{"present": temporary, "new": Password})
}

func (e *errand) openAccount(a Account, office string, found accounts) {
	if _, exists := found[a.Login]; exists {
		for _, there := range e.call(a.By, http.StatusOK, http.MethodGet, "/v1/orgs/"+office+"/accounts", nil).list("items") {
			if there.text("login") == a.Login {
				e.settle(a.Login, e.call(a.By, http.StatusOK, http.MethodPost, "/v1/accounts/"+there.text("id")+"/password-reset", nil).text("temporary_password"))
			}
		}
		return
	}
	made := e.call(a.By, http.StatusCreated, http.MethodPost, "/v1/orgs/"+office+"/accounts", map[string]any{
		"login": a.Login, "name": a.Name, "roles": []string{string(a.Role)},
	})
	e.settle(a.Login, made.text("temporary_password"))
}
