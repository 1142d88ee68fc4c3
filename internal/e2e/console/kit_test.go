package console_test

// obj is a body of a request.
type obj = map[string]any
