package rest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Page is one page of a list; Next is empty on the last one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; opaque."`
	Total *Total `json:"total,omitempty" doc:"How many there are on all pages; of a list that is asked for it with total=true."`
}

// Total is how many entries a list has. It is exact up to 1,000: counting on would read the whole
// list of a large office.
type Total struct {
	Count int64 `json:"count" maximum:"1000"`
	More  bool  `json:"more,omitempty" doc:"There are more than these."`
}

// Counting is part of the input of a list that can be counted.
type Counting struct {
	Total bool `query:"total" doc:"Also count the entries of all pages, exactly up to 1,000."`
}

// Counted adds to a page how many entries there are, when that was asked for.
func Counted[T, Tx any](ctx context.Context, from register[Tx], in Counting, page *Body[*Page[T]], count func(Tx) (store.Count, error)) (*Body[*Page[T]], error) {
	if !in.Total {
		return page, nil
	}
	n, err := InScope(ctx, from, count)
	page.Body.Total = &Total{Count: n.Count, More: n.More}
	return page, err
}

const (
	defaultPageSize = 50
	maxPageSize     = 200
)

// Paging is part of the input of every list that is read with GET.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"400" doc:"Cursor from next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Rows per page."`
}

// PageSize is the limit asked for, within bounds.
func PageSize(limit int) int {
	if limit <= 0 {
		return defaultPageSize
	}
	return min(limit, maxPageSize)
}

// PageOf makes a page of rows read with one more than the limit: the spare row
// says that there is a next page, and the key of the last shown row is its cursor.
func PageOf[R, T, K any](rows []R, limit int, show func(R) T, key func(R) K) *Page[T] {
	page := &Page[T]{Items: []T{}}
	for i, row := range rows {
		if i == limit {
			page.Next = EncodeCursor(key(rows[i-1]))
			break
		}
		page.Items = append(page.Items, show(row))
	}
	return page
}

// ReadPage reads one page of a list: read gives the rows after a key, at most so
// many; the first page begins after first.
func ReadPage[K, R, T any](in Paging, first K, read func(after K, most int) ([]R, error), show func(R) T, key func(R) K) (*Page[T], error) {
	after, err := DecodeCursor[K](in.Cursor)
	if err != nil {
		return nil, err
	}
	if after == nil {
		after = &first
	}
	limit := PageSize(in.Limit)
	rows, err := read(*after, limit+1)
	if err != nil {
		return nil, err
	}
	return PageOf(rows, limit, show, key), nil
}

// List answers one page of a list that is read inside the data scope of the caller.
func List[K, R, T, Tx any](ctx context.Context, from register[Tx], in Paging, first K, read func(tx Tx, after K, most int) ([]R, error),
	show func(R) T, key func(R) K,
) (*Body[*Page[T]], error) {
	page, err := ReadPage(in, first, func(after K, most int) ([]R, error) {
		return InScope(ctx, from, func(tx Tx) ([]R, error) { return read(tx, after, most) })
	}, show, key)
	if err != nil {
		return nil, err
	}
	return BodyOf(page), nil
}

// TimeKey is the cursor of lists that run from new to old.
type TimeKey struct {
	At time.Time `json:"a"`
	ID uuid.UUID `json:"i"`
}

// DayKey is the cursor of lists that run by day.
type DayKey struct {
	Day calendar.Date `json:"d"`
	ID  uuid.UUID     `json:"i"`
}

// FirstDay is before every day of the register.
func FirstDay() DayKey {
	return DayKey{Day: calendar.DateOf(time.Date(1900, 1, 1, 0, 0, 0, 0, calendar.Shanghai()))}
}

// EncodeCursor writes the sort key of the last row as an opaque cursor. The key
// must hold no personal data: a cursor may stand in a URL.
func EncodeCursor[K any](key K) string {
	text, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// DecodeCursor reads a cursor back; the empty cursor gives nil, the first page.
func DecodeCursor[K any](cursor string) (*K, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // no cursor is not an error: it is the first page
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, refusal.New(refusal.BadCursor)
	}
	var key K
	if err := json.Unmarshal(text, &key); err != nil {
		return nil, refusal.New(refusal.BadCursor)
	}
	var found []*refusal.Error
	if tidier(nil).value(reflect.ValueOf(&key).Elem(), "", "", &found); len(found) > 0 {
		return nil, refusal.New(refusal.BadCursor)
	}
	return &key, nil
}
