package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// filings is one person at the drafts of filings.
type filings struct {
	c *storetest.County
	p storetest.Person
}

func (f filings) save(id uuid.UUID, body string, version int64) (kept *desk.Filing, err error) {
	err = f.c.As(f.p, func(tx *change.Tx) (err error) {
		kept, err = desk.SaveFiling(tx, f.p.Office, id, json.RawMessage(body), version)
		return err
	})
	return kept, err
}

func (f filings) read(id uuid.UUID) (kept *desk.Filing, err error) {
	err = f.c.As(f.p, func(tx *change.Tx) (err error) { kept, err = desk.ReadFiling(tx, f.p.Office, id); return err })
	return kept, err
}

func (f filings) list() (list []desk.Filing) {
	f.c.T().Helper()
	require.NoError(f.c.T(), f.c.As(f.p, func(tx *change.Tx) (err error) { list, err = desk.Filings(tx, f.p.Office); return err }))
	return list
}

// A draft of a filing is its author's alone and lies sealed; of two pages that save it, the
// second is refused, unless it says the same.
func TestADraftOfAFilingIsItsAuthorsAlone(t *testing.T) {
	c := storetest.New(t)
	mine, others := filings{c, c.Who(storetest.SchoolA, org.SchoolRegistrar)}, filings{c, c.Who(storetest.SchoolB, org.SchoolRegistrar)}
	id := uuid.New()
	_, err := mine.read(id)
	require.ErrorIs(t, err, refusal.New(refusal.DraftGone))
	_, err = mine.save(id, `{"kind":"MISSING"}`, 3)
	require.ErrorIs(t, err, refusal.New(refusal.DraftGone), "what was filed elsewhere does not come back by saving")
	first, err := mine.save(id, `{"kind":"SUSPENSION","pupil":"样例甲"}`, 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, first.Version)
	require.Zero(t, c.Count(`SELECT count(*) FROM filing_draft WHERE position(convert_to('样例甲', 'UTF8') IN body) > 0`))

	c.Advance(time.Minute)
	second, err := mine.save(id, `{"kind":"SUSPENSION"}`, 1)
	require.NoError(t, err)
	require.Equal(t, []any{int64(2), first.BegunAt, c.Now()}, []any{second.Version, second.BegunAt, second.SavedAt})
	for _, stale := range []int64{0, 1} {
		_, err = mine.save(id, `{"kind":"SKIP"}`, stale)
		require.ErrorIs(t, err, refusal.New(refusal.DraftChanged))
		same, err := mine.save(id, `{"kind":"SUSPENSION"}`, stale)
		require.NoError(t, err, "a repeated save whose answer was lost")
		require.EqualValues(t, 2, same.Version)
	}

	_, err = others.read(id)
	require.ErrorIs(t, err, refusal.New(refusal.DraftGone))
	theirs, err := others.save(id, `{"kind":"SKIP"}`, 0)
	require.NoError(t, err, "the same ID of another account is another draft")
	require.EqualValues(t, 1, theirs.Version)
	require.Len(t, others.list(), 1)
	other := uuid.New()
	c.Advance(time.Minute)
	_, err = mine.save(other, `{"kind":"DEATH"}`, 0)
	require.NoError(t, err)
	list := mine.list()
	require.Equal(t, []uuid.UUID{other, id}, []uuid.UUID{list[0].ID, list[1].ID}, "the last saved first")
	require.JSONEq(t, `{"kind":"SUSPENSION"}`, string(list[1].Body))

	for range 2 {
		require.NoError(t, c.As(mine.p, func(tx *change.Tx) error { return desk.DropFiling(tx, id) }))
	}
	require.Len(t, mine.list(), 1)
	require.Len(t, others.list(), 1, "a draft is dropped by its author")
}

// Drafts are bounded, and go when they were left alone for 30 days.
func TestDraftsOfFilingsAreBoundedAndGo(t *testing.T) {
	c := storetest.New(t)
	mine := filings{c, c.Who(storetest.SchoolA, org.SchoolRegistrar)}
	id := uuid.New()
	_, err := mine.save(id, `{}`, 0)
	require.NoError(t, err)
	for range desk.MaxFilings - 1 {
		_, err := mine.save(uuid.New(), `{}`, 0)
		require.NoError(t, err)
	}
	_, err = mine.save(uuid.New(), `{}`, 0)
	require.ErrorIs(t, err, refusal.New(refusal.DraftsFull))
	sweep := func() int {
		c.MustIn(c.Worker, "", desk.SweepFilings)
		return len(mine.list())
	}
	c.Advance(desk.FilingLifetime - time.Hour)
	_, err = mine.save(id, `{"kind":"SKIP"}`, 1)
	require.NoError(t, err)
	require.Equal(t, desk.MaxFilings, sweep())
	c.Advance(2 * time.Hour)
	require.Equal(t, 1, sweep(), "the one that was saved again")
}
