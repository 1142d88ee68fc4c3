// Package messages is what offices and people are told: notices, and the gateways that carry them on.
package messages

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Processes *process.Catalogue
	// Webhooks say which addresses notices may be carried on to.
	Webhooks webhook.Rules
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.noticeRoutes()
	s.webhookRoutes()
}
