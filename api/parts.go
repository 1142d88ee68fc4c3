package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// PathID is part of the input of every operation about one thing.
type PathID struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

// body is an answer that is one value.
type body[T any] struct{ Body T }

// bodyOf wraps a value as the answer of an operation.
func bodyOf[T any](value T) *body[T] { return &body[T]{Body: value} }

// empty is an input or an answer that says nothing.
type empty struct{}

// OrgRef names an office.
type OrgRef struct {
	ID   uuid.UUID `json:"id"`
	Kind org.Kind  `json:"kind"`
	Name string    `json:"name"`
	Path string    `json:"path"`
}
