// Package embedded finds, starts and stops the two servers Xueji stands on,
// PostgreSQL and, on databases in it, Temporal, for a developer's machine, a trial
// on one computer and the tests. Production brings its own servers and
// never comes here.
//
// What is promised:
//
//   - Everything listens on 127.0.0.1 only, on ports that stay the same from one
//     start to the next as long as nobody else takes them.
//   - A folder belongs to one living process: a second start on the same folder
//     is refused with the number of the first one.
//   - Children do not outlive their parent: they are stopped by Stop, by the
//     kernel when the parent is killed (Linux), and otherwise by the next start
//     on the same folder. Their own process groups keep Ctrl-C away from them,
//     so the parent alone decides the order in which things stop.
//   - What was committed survives kill -9 of either side.
//   - Whatever goes wrong is told as a *SetupError: what is wrong, and what to do.
package embedded

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// SetupError says why a server could not be started and what to do about it.
type SetupError struct {
	// Problem is one sentence that says what is wrong.
	Problem string
	// Remedy says what the person at the keyboard can do.
	Remedy string
	// Cause is the technical error underneath, or nil.
	Cause error
}

// Error gives the problem, the remedy and the cause, each on a line of its own.
func (e *SetupError) Error() string {
	var b strings.Builder
	b.WriteString(e.Problem)
	if e.Remedy != "" {
		b.WriteString("\n  what to do: " + e.Remedy)
	}
	if e.Cause != nil {
		b.WriteString("\n  details: " + strings.ReplaceAll(strings.TrimSpace(e.Cause.Error()), "\n", "\n    "))
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *SetupError) Unwrap() error { return e.Cause }

// explain turns what a server or the operating system said into a sentence a
// person can act on. The text is the end of the server's log; where is the
// folder the server writes to; logFile is named for everything unforeseen.
func explain(server, text, where, logFile string, cause error) *SetupError {
	switch {
	case strings.Contains(text, "No space left on device"),
		errors.Is(cause, syscall.ENOSPC):
		return &SetupError{
			Problem: fmt.Sprintf("The disk is full, so %s cannot write to %s.", server, where),
			Remedy:  "make room on that disk (1 GB is plenty to begin with) and start again; nothing that was saved is lost.",
			Cause:   cause,
		}
	case portTaken(text):
		return &SetupError{
			Problem: fmt.Sprintf("The port %s wanted is used by another program.", server),
			Remedy:  "start again: another free port is chosen; or stop the other program.",
			Cause:   cause,
		}
	case strings.Contains(text, "Permission denied"), errors.Is(cause, os.ErrPermission):
		return &SetupError{
			Problem: fmt.Sprintf("%s may not use the folder %s.", server, where),
			Remedy: fmt.Sprintf("give the folder to the account that starts Xueji (chown -R \"$(id -un)\" %s), "+
				"or name another one with XUEJI_VAR_DIR. Starting once as root and then as an ordinary user in one checkout causes this.", where),
			Cause: cause,
		}
	}
	return &SetupError{
		Problem: fmt.Sprintf("%s did not start.", server),
		Remedy:  "read the end of " + logFile + "; the last lines are below.",
		Cause:   errors.Join(cause, lastLines(text)),
	}
}

// portTaken reports whether a server's log says that its port was used already.
func portTaken(text string) bool {
	return strings.Contains(text, "Address already in use") || strings.Contains(text, "address already in use")
}

func lastLines(text string) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 12 {
		lines = lines[len(lines)-12:]
	}
	if joined := strings.Join(lines, "\n"); joined != "" {
		return errors.New(joined)
	}
	return nil
}
