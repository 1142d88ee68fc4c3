package office_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

func takePlaces(c *storetest.County, path string, year, n int) error {
	return c.In(c.Worker, "", func(tx *change.Tx) error {
		_, err := office.TakePlaces(tx.Tx, c.ID(path), org.Primary, year, n)
		return err
	})
}

// setPlan sets a plan in the scope of an office, after the version that the office has read.
func setPlan(c *storetest.County, scope, path string, year, size int, version int64) error {
	return c.In(c.App, scope, func(tx *change.Tx) error {
		school, err := office.Read(tx.Tx, c.ID(path))
		if err != nil {
			return err
		}
		_, err = office.SetPlan(tx.Tx, c.Office(scope), school, org.Primary, year, size, version)
		return err
	})
}

func TestPlacesAreTakenUpToThePlan(t *testing.T) {
	c := storetest.New(t)
	require.Equal(t, []string{"plan_missing "}, storetest.Refusals(t, takePlaces(c, storetest.SchoolA, 2026, 1)), "the province wants a plan")
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 3)
	require.NoError(t, takePlaces(c, storetest.SchoolA, 2026, 2))
	err := takePlaces(c, storetest.SchoolA, 2026, 2)
	var refused *refusal.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, refusal.PlanExceeded, refused.Code)
	for name, want := range map[string]string{"size": "3", "used": "2", "asked": "2", "year": "2026"} {
		require.Equal(t, want, refused.Params[name], name)
	}
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		e, err := office.RefusalOfPlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 2)
		require.Equal(t, refusal.PlanExceeded, e.Code)
		if err != nil {
			return err
		}
		return office.FreePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 1)
	})
	require.NoError(t, takePlaces(c, storetest.SchoolA, 2026, 2))
	require.Equal(t, 3, c.Count(`SELECT used FROM enrolment_plan`))
	require.Error(t, takePlaces(c, storetest.SchoolA, 2026, -1), "nothing is given back by taking")
}

// Where the province wants no plan, a school without one enrols; a plan still binds.
func TestAProvinceMayEnrolWithoutAPlan(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"enrolment_needs_plan": false}`)
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		taken, err := office.TakePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 100)
		require.False(t, taken, "nothing is counted, so nothing is given back later")
		return err
	})
	c.SetPlan(storetest.SchoolB, org.Primary, 2026, 1)
	require.Equal(t, []string{"plan_exceeded "}, storetest.Refusals(t, takePlaces(c, storetest.SchoolB, 2026, 2)))
}

// Only the managing bureau sets a plan: for this year or the next, for a stage of the
// school, never below the used places.
func TestTheManagingBureauSetsThePlan(t *testing.T) {
	c := storetest.New(t)
	require.Equal(t, []string{"plan_bureau "}, storetest.Refusals(t, setPlan(c, storetest.City, storetest.SchoolA, 2026, 5, 0)))
	require.Equal(t, []string{"plan_year /year"}, storetest.Refusals(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2025, 5, 0)))
	require.Equal(t, []string{"plan_year /year"}, storetest.Refusals(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2028, 5, 0)))
	require.NoError(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2026, 5, 0))
	require.Equal(t, []string{"version_conflict /based_on"}, storetest.Refusals(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2026, 6, 0)))
	require.NoError(t, takePlaces(c, storetest.SchoolA, 2026, 4))
	require.Equal(t, []string{"plan_below_used /size"}, storetest.Refusals(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2026, 3, 2)))
	require.NoError(t, setPlan(c, storetest.Bureau, storetest.SchoolA, 2026, 4, 2))
	err := c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := tx.Exec(`UPDATE enrolment_plan SET size = 1000`)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, "4", c.Text(`SELECT size::text FROM enrolment_plan`), "row-level security hides the plan from the school's own writes")
	c.MustIn(c.App, storetest.SchoolB, func(tx *change.Tx) error {
		p, err := office.ReadPlan(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026)
		require.Nil(t, p, "a school reads no plan of another")
		return err
	})
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		list, err := office.Plans(tx.Tx, c.ID(storetest.Bureau), 2026, office.PlanKey{}, 1)
		require.Len(t, list, 1)
		require.Equal(t, []int{4, 4}, []int{*list[0].Size, list[0].Used})
		if err != nil {
			return err
		}
		list, err = office.Plans(tx.Tx, c.ID(storetest.Bureau), 2026, office.PlanKey{Code: list[0].Code, Stage: list[0].Stage}, 9)
		require.Len(t, list, 1)
		require.Nil(t, list[0].Size)
		return err
	})
}

// Two hundred approvals at once take the places of a plan one by one: never one too many,
// and everybody who gets none is told with numbers.
func TestTwoHundredTakePlacesAtOnce(t *testing.T) {
	c := storetest.New(t)
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 60)
	worker := c.Open("xueji_worker", func(o *store.Options) { o.MaxConns = 16 })
	answers := make([]error, 200)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			answers[i] = c.In(worker, "", func(tx *change.Tx) error {
				_, err := office.TakePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 1)
				return err
			})
		})
	}
	group.Wait()
	got := map[string]int{}
	for _, err := range answers {
		var refused *refusal.Error
		switch {
		case err == nil:
			got["taken"]++
		case errors.As(err, &refused):
			got[fmt.Sprintf("%s %s of %s", refused.Code, refused.Params["used"], refused.Params["size"])]++
		default:
			require.NoError(t, err)
		}
	}
	require.Equal(t, map[string]int{"taken": 60, "plan_exceeded 60 of 60": 140}, got)
	require.Equal(t, 60, c.Count(`SELECT used FROM enrolment_plan`))
}

// Places that are given back while others ask for them are taken once: who is told yes has
// a place.
func TestAPlaceThatIsGivenBackIsTakenOnce(t *testing.T) {
	c := storetest.New(t)
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 60)
	require.NoError(t, takePlaces(c, storetest.SchoolA, 2026, 60))
	worker := c.Open("xueji_worker", func(o *store.Options) { o.MaxConns = 16 })
	var yes atomic.Int64
	var group sync.WaitGroup
	for i := range 240 {
		group.Go(func() {
			err := c.In(worker, "", func(tx *change.Tx) error {
				if i%4 == 0 {
					return office.FreePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 1)
				}
				_, err := office.TakePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, 1)
				return err
			})
			if err == nil && i%4 != 0 {
				yes.Add(1)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, yes.Load(), c.Count(`SELECT used FROM enrolment_plan`))
}
