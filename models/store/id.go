package store

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

// SplitNames returns the names of a list that is joined by commas.
func SplitNames(list string) []string { return strings.Split(list, ",") }

// NewID returns a time-ordered ID (UUIDv7), so that new rows lie together.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// OrNull turns the zero ID into NULL.
func OrNull(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

// Author returns the acting account, nil for the system itself.
func (t *Tx) Author() *uuid.UUID {
	if t.scope.Account == uuid.Nil {
		return nil
	}
	return &t.scope.Account
}

// OrEmpty returns an empty map for nil, so that JSON has an object.
func OrEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// Today returns the day of the transaction in Shanghai.
func (t *Tx) Today() calendar.Date { return calendar.DateOf(t.now) }

// IdText returns an ID as text, "" for none.
func IdText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// Seconds returns a number of seconds as a duration.
func Seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
