package refusal

import (
	"encoding/json"
	"fmt"
)

// Stored returns a refusal that was stored as its code and its params in JSON; nil without a
// code.
func Stored(code Code, params string) (*Error, error) {
	if code == "" {
		return nil, nil //nolint:nilnil // nothing was refused
	}
	e := New(code)
	if err := json.Unmarshal([]byte(params), &e.Params); err != nil {
		return nil, fmt.Errorf("read a refusal: %w", err)
	}
	return e, nil
}
