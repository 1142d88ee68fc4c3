package refusal

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// Contain runs what hands a foreign file to a library and answers a panic in it
// with a refusal of this code: libraries for files of many kinds were written for
// files that their authors had seen, and one they had not seen is no fault of
// Xueji. An error that do returns goes through as it is.
//
// The cause names the type of the panic and the functions it came through; its
// value may hold what stands in the file, so it is told only of a fault of the
// runtime, whose texts hold numbers alone. A library that works in goroutines of its
// own or overflows the stack cannot be contained.
func Contain(code Code, do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = New(code).Because(panicked(r))
		}
	}()
	return do()
}

// ErrPanicked is the cause of a refusal that Contain made.
var ErrPanicked = errors.New("a library panicked")

func panicked(r any) error {
	what := fmt.Sprintf("%T", r)
	if fault, ok := r.(runtime.Error); ok {
		what = fault.Error()
	}
	return fmt.Errorf("%w: %s in %s", ErrPanicked, what, whereabouts())
}

// framesTold is how many functions a cause names.
const framesTold = 6

// whereabouts names the innermost functions a panic came through.
func whereabouts() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var names []string
	for inside := false; len(names) < framesTold; {
		frame, more := frames.Next()
		// Before the runtime's own frames stand those of Contain.
		own := strings.HasPrefix(frame.Function, "runtime.")
		if inside = inside || own; inside && !own {
			names = append(names, frame.Function)
		}
		if !more {
			break
		}
	}
	return strings.Join(names, " < ")
}
