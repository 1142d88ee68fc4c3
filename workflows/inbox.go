package workflows

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/workflows/contract"
)

// inbox is what was said to a run and not yet taken. Handlers append, the main
// loop takes; nothing in here blocks.
type inbox struct {
	queue   []string // slip IDs in order of arrival
	refresh bool
	ending  bool
}

func (i *inbox) something() bool { return len(i.queue) > 0 || i.refresh }

// next gives the slip to take: what PostgreSQL holds undecided comes first,
// because it was handed in before anything that is only in a message.
func (i *inbox) next(undecided []string) (string, bool) {
	if len(undecided) > 0 {
		return undecided[0], true
	}
	if len(i.queue) > 0 {
		return i.queue[0], true
	}
	return "", false
}

func (i *inbox) add(slip string) {
	if !slices.Contains(i.queue, slip) {
		i.queue = append(i.queue, slip)
	}
}

func (i *inbox) taken(slip string) {
	i.queue = slices.DeleteFunc(i.queue, func(s string) bool { return s == slip })
}

// gone says that the activity found nothing to act on.
func gone(err error) bool {
	var app *temporal.ApplicationError
	return errors.As(err, &app) && app.Type() == contract.ErrGone
}
