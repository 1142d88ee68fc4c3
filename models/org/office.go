package org

import (
	"github.com/google/uuid"
)

// OfficeRef is an office as changes refer to it.
type OfficeRef struct {
	ID       uuid.UUID
	Path     string
	Province string
}
