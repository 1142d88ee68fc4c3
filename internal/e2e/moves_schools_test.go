package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
)

// leavingBody is a complete filing of 其他离校.
func leavingBody(p *e2e.Person, student uuid.UUID) map[string]any {
	return map[string]any{
		"kind": "OTHER_LEAVING", "student_id": student, "inputs": map[string]string{"reason": "转入普通学校就读"},
		"evidence": []map[string]string{{"id": p.Evidence(), "kind": "GUARDIAN_APPLICATION"}},
	}
}

// returnBody is a complete filing of 恢复入学资格 by the receiving school.
func returnBody(p *e2e.Person, n e2e.Named, class uuid.UUID) map[string]any {
	return map[string]any{
		"kind": "RESTORE_ADMISSION", "pupil": n.Claim(), "inputs": map[string]string{"class_id": class.String(), "reason": "返校就读"},
		"evidence": []map[string]string{{"id": p.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": p.Evidence(), "kind": "RETURN_PROOF"}},
	}
}

// approved files a change of one school and lets it be approved.
func approved(c *e2e.County, body map[string]any) string {
	change := c.Registrar.File(body)
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	return change
}

// From a special school to an ordinary one there is no transfer: the old school lets
// the pupil leave, the new one restores the admission (KT57). The other way the pupil
// may leave without the record (KT56), or move with it (KT55).
func TestFromASpecialSchoolToAnOrdinaryOne(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	special, ordinary := s.CountyOf("520102", "5152000126", "南明区特殊教育学校"), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	for _, way := range []struct{ from, to *e2e.County }{{special, ordinary}, {ordinary, special}} {
		pupil := s.Named(way.from, 2024, simulator.Matches)
		transfer := func() e2e.Answer {
			return way.to.Registrar.Do(http.MethodPost, "/v1/changes", way.to.Registrar.TransferBody(pupil, way.to.Class[2024]), uuid.NewString())
		}
		refused := transfer()
		if way.from == special {
			require.Equal(t, "transfer_school_type", refused.Text("code"), string(refused.Raw))
			require.Contains(t, string(refused.Raw), "恢复入学资格", "the way out")
		} else {
			require.Equal(t, http.StatusCreated, refused.Status, string(refused.Raw))
			s.OK(way.to.Registrar.Say(refused.Text("id"), "withdrawal", map[string]any{"opinion": "不带学籍就读"}))
		}
		early := way.to.Registrar.Do(http.MethodPost, "/v1/changes", returnBody(way.to.Registrar, pupil, way.to.Class[2024]), uuid.NewString())
		require.Equal(t, "restore_not_left", early.Text("code"), string(early.Raw))

		approved(way.from, leavingBody(way.from.Registrar, pupil.ID))
		require.Equal(t, "OTHER_LEFT", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil.ID))
		refused = transfer()
		require.Equal(t, http.StatusConflict, refused.Status)
		require.Contains(t, string(refused.Raw), "2002")
		e2e.Nowhere(t, "what another school reads", string(refused.Raw), "离校", "OTHER_LEFT")

		back := approved(way.to, returnBody(way.to.Registrar, pupil, way.to.Class[2024]))
		require.Equal(t, way.to.School.ID.String()+" ENROLLED", e2e.Value[string](s, `SELECT school_id || ' ' || enrol_status FROM student WHERE id = $1`, pupil.ID))
		require.Equal(t, "OTHER_LEFT", way.from.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "").Text("facets.enrol_status"))
		require.Equal(t, "TO_SEND", way.from.Registrar.Page(back).Text("handover.state"))
	}
}

// A pupil of senior high who had withdrawn comes back, to the same school or to
// another one of another province; the old school follows, and decides nothing.
func TestAWithdrawnPupilComesBack(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	for _, c := range []*e2e.County{m.in, m.out} {
		for _, year := range []int{2025, 2026} {
			c.Class[year] = s.YearGroup(c, "SENIOR", year)
		}
	}
	for _, to := range []*e2e.County{m.out, m.in} {
		pupil := s.Named(m.out, 2025, simulator.Matches)
		approved(m.out, map[string]any{
			"kind": "WITHDRAWAL", "student_id": pupil.ID, "inputs": map[string]string{"remark": "就业"},
			"evidence": []map[string]string{{"id": m.out.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}},
		})
		require.Equal(t, "WITHDRAWN", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil.ID))
		if to != m.out {
			found := to.Registrar.Do(http.MethodPost, "/v1/students/find", pupil.Claim(), "")
			filed := to.Registrar.Do(http.MethodPost, "/v1/changes", to.Registrar.TransferBody(pupil, to.Class[2026]), uuid.NewString())
			require.Equal(t, "2001", found.Text("code"), string(found.Raw))
			require.Equal(t, "transfer_left", filed.Text("code"), string(filed.Raw))
			require.Equal(t, filed.Text("detail"), found.Text("reason"), "found and filed, one answer")
			e2e.Nowhere(t, "what another school reads", string(found.Raw)+string(filed.Raw), "退学", "WITHDRAWN")
		}
		change := approved(to, returnBody(to.Registrar, pupil, to.Class[2026]))
		require.Equal(t, to.School.ID.String()+" ENROLLED 2026",
			e2e.Value[string](s, `SELECT concat_ws(' ', school_id, enrol_status, entry_year) FROM student WHERE id = $1`, pupil.ID), "into the year group the school chose")
		moved := 0
		if to != m.out {
			moved = 1
		}
		require.Equal(t, moved, count(s, "departure WHERE change_id = $1", change))
		require.Equal(t, moved, count(s, "handover WHERE change_id = $1", change))
		require.Equal(t, "EFFECTIVE", m.out.Registrar.Page(change).Text("status"), "the old school reads it")
	}
}

// A school that has nobody left, but releases a pupil who had left, is still a side.
func TestASideWithoutPupilsIsNotClosed(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	pupil := s.Named(m.out, 2024, simulator.Matches)
	approved(m.out, leavingBody(m.out.Registrar, pupil.ID))
	change := m.in.Registrar.File(returnBody(m.in.Registrar, pupil, m.in.Class[2024]))
	admin := s.Person(m.out.Bureau, org.BureauSysadmin)
	shut := office(s, admin, http.MethodPost, m.out.School, "/closure", nil)
	require.Equal(t, http.StatusConflict, shut.Status, string(shut.Raw))
	require.Contains(t, string(shut.Raw), "org_has_changes")
	m.in.Leader.Approve(change)
	m.in.Reviewer.Approve(change)
}
