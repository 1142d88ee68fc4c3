package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// The office that filed takes its change back at any step; others cannot.
func TestOnlyTheFilerWithdraws(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	require.Equal(t, []string{"not_filer "}, c.refused(c.Who(storetest.SchoolA, org.SchoolLeader), about(id, change.VerbWithdraw)))
	c.Approve(id)
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(id, change.VerbWithdraw))
	require.Equal(t, "WITHDRAWN", c.status(id))
	require.Equal(t, "CANCELLED", c.Text(`SELECT status FROM step WHERE change_id = $1 AND no = 2`, id))
	require.Equal(t, "CANCELLED", c.Text(`SELECT status FROM task WHERE change_id = $1 AND step_no = 2`, id))
}

// A bureau above urges the office that must act (督办), and only the head of the common
// superior ends a change with a reason (终止).
func TestASuperiorSupervisesAndCloses(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	bureau, city := c.Who(storetest.Bureau, org.BureauHead), c.Who(storetest.City, org.BureauHead)
	require.Equal(t, []string{"not_superior "}, c.refused(c.Who(storetest.Bureau, org.BureauReviewer), about(id, change.VerbSupervise)), "a reviewer heads nothing")
	without := about(id, change.VerbSupervise)
	without.Opinion = ""
	require.Equal(t, []string{"opinion_required /opinion"}, c.refused(bureau, without))
	c.says(bureau, about(id, change.VerbSupervise))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER"}, c.heard(id, "SUPERVISE"))
	c.Approve(id)
	require.Equal(t, []string{"not_superior "}, c.refused(bureau, about(id, change.VerbSupervise)), "the step lies with the bureau itself")
	c.says(city, about(id, change.VerbSupervise))
	require.Equal(t, "RUNNING", c.status(id))

	c.says(bureau, about(id, change.VerbClose))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'CLOSE' AND closed_by = $2`, id, bureau.ID))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "ENDED_CLOSED"))
}

// A bureau above one side only cannot end a change between two provinces.
func TestOnlyTheCommonSuperiorCloses(t *testing.T) {
	c := newCounty(t)
	id := c.files(c.transfer("TRANSFER", c.Pupil(storetest.FarSchool), storetest.SchoolA))
	require.Equal(t, []string{"not_superior "}, c.refused(c.Who(storetest.Province, org.BureauHead), about(id, change.VerbClose)))
	ministry, _ := c.Hire(storetest.Nation, org.BureauHead)
	c.says(ministry, about(id, change.VerbClose))
	require.Equal(t, "CLOSED", c.status(id))
}

// A remark is written once for a key, by whoever sees the change.
func TestARemarkIsWrittenOnce(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	remark := func(p storetest.Person, text string) error {
		return c.As(p, func(tx *change.Tx) error { return tx.Comment(id, p.Office, text, "remark-01") })
	}
	require.NoError(t, remark(leader, "请补充"))
	require.NoError(t, remark(leader, "请补充"))
	require.Equal(t, []string{"idempotency_key_reused "}, told(t, remark(leader, "别的话")))
	require.Equal(t, []string{"not_found "}, told(t, remark(c.Who(storetest.SchoolB, org.SchoolLeader), "看不到")))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'COMMENT' AND opinion = '请补充'`, id))
}

// An operator of the service hands a slip in for a person. The timeline and the audit trail
// name the operator.
func TestAnOperatorActsForAPerson(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	w := c.on(id, change.VerbApprove)
	w.Behalf = &change.Behalf{Operator: "ops", Reason: "停电"}
	c.says(c.Who(storetest.SchoolA, org.SchoolLeader), w)
	require.Equal(t, []string{"FILED", "OPERATOR", "APPROVE"}, c.events(id))
	require.Equal(t, "停电 ops", c.Text(`SELECT opinion || ' ' || (params ->> 'operator') FROM change_event WHERE change_id = $1 AND verb = 'OPERATOR'`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'case.decide' AND subject_id = $1::text`, id))
}

// The filer reminds everybody for whom the step waits (催办), not too often, and never
// itself.
func TestTheFilerReminds(t *testing.T) {
	c := newCounty(t)
	registrar, leader := c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	require.Equal(t, []string{"not_filer "}, c.refused(leader, about(id, change.VerbRemind)))
	c.says(registrar, about(id, change.VerbRemind))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER"}, c.heard(id, "URGED"))
	c.Advance(23 * hour)
	require.Equal(t, []string{"reminded_lately "}, c.refused(registrar, about(id, change.VerbRemind)))
	c.Advance(hour)
	c.says(leader, c.on(id, change.VerbClaim))
	c.says(registrar, about(id, change.VerbRemind))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER " + leader.ID.String(), storetest.SchoolA + " SCHOOL_LEADER"}, c.heard(id, "URGED"), "the holder alone")
	c.says(leader, c.back(id, 0, false))
	c.Advance(25 * hour)
	require.Equal(t, []string{"nobody_to_remind "}, c.refused(registrar, about(id, change.VerbRemind)))
}

// A change is copied to people who may read it anyway (抄送), to each once.
func TestAChangeIsCopiedToReaders(t *testing.T) {
	c := newCounty(t)
	registrar := c.Who(storetest.SchoolA, org.SchoolRegistrar)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	copied := func(people []uuid.UUID, offices ...change.OfficeRole) change.NewSlip {
		w := about(id, change.VerbCopy)
		w.Body.To, w.Body.Offices = people, offices
		return w
	}
	head := c.Who(storetest.Bureau, org.BureauHead)
	for name, w := range map[string]change.NewSlip{
		"nobody":                     copied(nil),
		"somebody of another school": copied([]uuid.UUID{c.Who(storetest.SchoolB, org.SchoolLeader).ID}),
		"a role nobody has":          copied(nil, change.OfficeRole{Office: c.ID(storetest.Bureau), Role: org.BureauViewer}),
	} {
		require.Equal(t, []string{"copy_outside /to"}, c.refused(registrar, w), name)
	}
	c.says(registrar, copied([]uuid.UUID{head.ID}, change.OfficeRole{Office: c.ID(storetest.City), Role: org.BureauHead}))
	c.says(registrar, copied([]uuid.UUID{head.ID}))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM change_copy WHERE change_id = $1`, id))
	require.Equal(t, []string{storetest.City + " BUREAU_HEAD " + c.Who(storetest.City, org.BureauHead).ID.String(), storetest.Bureau + " BUREAU_HEAD " + head.ID.String()}, c.heard(id, "COPIED"))
}
