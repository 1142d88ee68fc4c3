package store

import "fmt"

// CountedUpTo is the number up to which rows of a list are counted. An exact larger number
// would be of no use to a reader, and counting it would read the whole list of a large office.
const CountedUpTo = 1000

// Count is how many rows a list has.
type Count struct {
	// Count is exact while More is false; else there are more than these.
	Count int64
	More  bool
}

// CountRows counts the rows of a query up to CountedUpTo. The query selects one row for
// each entry and has no LIMIT. What is counted stands in the error.
func (t *Tx) CountRows(what, query string, args map[string]any) (Count, error) {
	var n int64
	var named []any
	if args != nil {
		named = []any{args}
	}
	err := t.db.Raw(fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) counted`, query, CountedUpTo+1), named...).Scan(&n).Error
	if err != nil {
		return Count{}, fmt.Errorf("count %s: %w", what, err)
	}
	return Count{Count: min(n, CountedUpTo), More: n > CountedUpTo}, nil
}
