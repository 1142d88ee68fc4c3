package console_test

import "time"

// obj is a body of a request.
type obj = map[string]any

// patience is how long a test waits for what a page does, tick how often it looks.
const (
	patience = 20 * time.Second
	tick     = 50 * time.Millisecond
)
