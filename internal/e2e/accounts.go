package e2e

import (
	"net/http"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
)

// password is what everybody here logs in with.
const password = "Nanming#2026"

var passwordHash = sync.OnceValue(func() string { return account.HashPassword(password) })

// LoggedIn gives the same person with a session of a log-in: what a token may not do
// is done with it.
func (p *Person) LoggedIn() *Person {
	p.s.T.Helper()
	answer := p.s.Call("", http.MethodPost, "/v1/sessions", map[string]string{"login": p.Login(), "password": password}, "")
	require.Equal(p.s.T, http.StatusCreated, answer.Status, string(answer.Raw))
	same := *p
	same.Token = answer.Text("token")
	return &same
}

// LogIn makes the person's session one of a log-in: some things are for persons only.
func (p *Person) LogIn() {
	p.s.T.Helper()
	p.Token = p.LoggedIn().Token
}

// Anew gives the person a token of the roles that the account has now; those of before have
// ended, or have the roles of before.
func (p *Person) Anew() {
	p.s.T.Helper()
	in := p.LoggedIn()
	var roles []any
	if list, ok := in.Do(http.MethodGet, "/v1/me", nil, "").Get("roles").([]any); ok {
		roles = list
	}
	made := in.Do(http.MethodPost, "/v1/me/tokens", map[string]any{"name": "e2e", "roles": roles, "days": 366}, "")
	require.Equal(p.s.T, http.StatusCreated, made.Status, string(made.Raw))
	p.Token = made.Text("secret")
}

// Login is the name with which the person logs in.
func (p *Person) Login() string { return p.login }

// administrator is a system administrator at the office of a person, who is hired for it.
func (p *Person) administrator() *Person {
	p.s.T.Helper()
	role := org.BureauSysadmin
	if Value[string](p.s, `SELECT kind FROM organisation WHERE id = $1`, p.Office.ID) == string(org.School) {
		role = org.SchoolSysadmin
	}
	return p.s.Person(p.Office, role).LoggedIn()
}

// Seal takes an account out of use (封存), by the administrator of its office; its sessions end.
func (p *Person) Seal() { p.s.T.Helper(); p.became("seal") }

// Unseal brings a sealed account back (启封), with a new token.
func (p *Person) Unseal() {
	p.s.T.Helper()
	p.became("unseal")
	p.Anew()
}

// Leave closes an account for ever (注销账号), by the administrator of its office.
func (p *Person) Leave() { p.s.T.Helper(); p.became("closure") }

func (p *Person) became(door string) {
	p.s.T.Helper()
	answer := p.administrator().Do(http.MethodPost, "/v1/accounts/"+p.ID.String()+"/"+door, nil, "")
	require.Equal(p.s.T, http.StatusOK, answer.Status, string(answer.Raw))
}

// GiveRoles gives the account these roles and no others, by the administrator of its office,
// and a name that the door takes: people here are named after a role.
func (p *Person) GiveRoles(roles ...org.Role) {
	p.s.T.Helper()
	admin, path := p.administrator(), "/v1/accounts/"+p.ID.String()
	now := admin.Do(http.MethodGet, path, nil, "")
	require.Equal(p.s.T, http.StatusOK, now.Status, string(now.Raw))
	answer := admin.DoIfMatch(http.MethodPut, path, map[string]any{"name": "测试员", "roles": roles}, now.Header.Get("ETag"))
	require.Equal(p.s.T, http.StatusOK, answer.Status, string(answer.Raw))
}

// Legacy writes what an earlier version of the program has left in the register, or what a
// fault outside of it has done, such as a power cut between register and workflow. No state
// that a person brings about is made by it.
func (s *Stack) Legacy(statement string, args ...any) {
	s.T.Helper()
	s.Exec(statement, args...)
}
