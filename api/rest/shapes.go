package rest

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// PathID is part of the input of every operation about one thing.
type PathID struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

// Body is an answer that is one value.
type Body[T any] struct{ Body T }

// BodyOf wraps a value as the answer of an operation.
func BodyOf[T any](value T) *Body[T] { return &Body[T]{Body: value} }

// Empty is an input or an answer that says nothing.
type Empty struct{}

// OrgRef names an office.
type OrgRef struct {
	ID   uuid.UUID `json:"id"`
	Kind org.Kind  `json:"kind"`
	Name string    `json:"name"`
	Path string    `json:"path"`
}
