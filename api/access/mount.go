// Package access is who gets in and as whom: logins, sessions, passwords, API tokens, accounts and
// proxies (账号、代理).
package access

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *store.Store
	// Trial tells the logins of a trial; nil everywhere else.
	Trial *Trial
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.sessionRoutes()
	s.trialRoutes()
	s.accountRoutes()
	s.proxyRoutes()
}
