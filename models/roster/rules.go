package roster

import (
	"fmt"

	"github.com/xueji/xueji/models/division"
)

// Rules is what the items of a record are judged with.
type Rules struct {
	Reader    *Reader
	Divisions *division.Table
}

// NationalRules gives the rules of the national sheet.
func NationalRules() (rules Rules, err error) {
	if rules.Reader, err = NewReader(); err != nil {
		return rules, fmt.Errorf("rules of the sheet: %w", err)
	}
	if rules.Divisions, err = division.Load(); err != nil {
		return rules, fmt.Errorf("divisions: %w", err)
	}
	return rules, nil
}
