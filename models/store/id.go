package store

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

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

func OrEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func (t *Tx) Today() calendar.Date { return calendar.DateOf(t.now) }

func IdText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

func Seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
