package store

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func (r *recordsRig) punish(path string, n NewPunishment) (*Punishment, error) {
	var p *Punishment
	err := r.in(r.app, path, func(t *Tx) (err error) { p, err = t.RecordPunishment(n); return err })
	return p, err
}

func (r *recordsRig) pardon(path string, c PunishmentCancel) (*Punishment, error) {
	var p *Punishment
	err := r.in(r.app, path, func(t *Tx) (err error) { p, err = t.CancelPunishment(c); return err })
	return p, err
}

func TestAPunishmentIsRecordedAndCancelledOnce(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	n := NewPunishment{Student: id, Level: "2", DecidedOn: day(t, "2026-11-02"), DocumentNo: "示例字〔2026〕3号", Key: "punish-01", Hash: []byte("a")}
	first, err := rig.punish(schoolAPath, n)
	require.NoError(t, err)
	require.Equal(t, schoolAPath, first.OrgPath)
	again, err := rig.punish(schoolAPath, n)
	require.NoError(t, err)
	require.Equal(t, first, again, "the same request gives the same answer")
	other := n
	other.Hash = []byte("b")
	_, err = rig.punish(schoolAPath, other)
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM punishment`))

	c := PunishmentCancel{ID: first.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "示例字〔2026〕9号", Key: "pardon-01", Hash: []byte("c")}
	early, late := c, c
	early.CancelledOn, late.CancelledOn = day(t, "2026-11-01"), day(t, "2026-11-21")
	for _, wrong := range []PunishmentCancel{early, late} {
		_, err = rig.pardon(schoolAPath, wrong)
		require.ErrorIs(t, err, refusal.New(refusal.PunishmentCancelDate))
	}
	done, err := rig.pardon(schoolAPath, c)
	require.NoError(t, err)
	require.Equal(t, int64(2), done.Version)
	require.Equal(t, c.CancelledOn, done.CancelledOn)
	again, err = rig.pardon(schoolAPath, c)
	require.NoError(t, err)
	require.Equal(t, done, again)
	c.Key, c.Hash = "pardon-02", []byte("d")
	_, err = rig.pardon(schoolAPath, c)
	require.ErrorIs(t, err, refusal.New(refusal.PunishmentCancelled))
	second, err := rig.punish(schoolAPath, NewPunishment{Student: id, Level: "9", DecidedOn: day(t, "2026-11-03"), DocumentNo: "4号", Key: "punish-02", Hash: []byte("e")})
	require.NoError(t, err)
	_, err = rig.pardon(schoolAPath, PunishmentCancel{ID: second.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "9号", Key: "pardon-01", Hash: []byte("f")})
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))

	rig.mustIn(rig.app, countyPath, func(t2 *Tx) error {
		list, err := t2.Punishments(id)
		require.Len(t, list, 2)
		require.Equal(t, *done, list[0])
		history, err2 := t2.StudentHistory(id, uuid.Nil, false, 10)
		require.NoError(t, err2)
		require.Len(t, history, 4)
		require.Equal(t, "PUNISHMENT", history[1].Kind)
		require.Equal(t, day(t, "2026-11-20"), history[1].EffectiveOn)
		require.JSONEq(t, `{}`, string(history[2].Before))
		require.JSONEq(t, `{"punishment_id": "`+first.ID.String()+`", "level": "2", "decided_on": "2026-11-02", "document_no": "示例字〔2026〕3号"}`, string(history[2].After))
		return err
	})
	require.Equal(t, 3, rig.count(`SELECT count(*) FROM audit_entry WHERE action LIKE 'punishment.%' AND detail = jsonb_build_object('student', $1::text)`, id.String()))
}

func TestInvalidPunishmentIsRefused(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	ids := rig.pupils()
	rig.exec(`UPDATE student SET in_register = false, enrol_status = 'WITHDRAWN' WHERE id = $1`, ids[1])
	good := NewPunishment{Student: ids[0], Level: "1", DecidedOn: day(t, "2026-11-20"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")}
	for code, change := range map[refusal.Code]func(*NewPunishment) string{
		refusal.PunishmentExpulsion: func(n *NewPunishment) string { n.Level = PunishmentExpulsion; return schoolAPath },
		refusal.PunishmentDate:      func(n *NewPunishment) string { n.DecidedOn = day(t, "2026-11-21"); return schoolAPath },
		refusal.NotInRegister:       func(n *NewPunishment) string { n.Student = ids[1]; return schoolAPath },
		refusal.NotFound:            func(*NewPunishment) string { return schoolBPath },
	} {
		n := good
		path := change(&n)
		_, err := rig.punish(path, n)
		require.ErrorIs(t, err, refusal.New(code))
	}
	require.Zero(t, rig.count(`SELECT count(*) FROM punishment`))
	p, err := rig.punish(schoolAPath, good)
	require.NoError(t, err)
	_, err = rig.pardon(schoolBPath, PunishmentCancel{ID: p.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "2号", Key: "pardon-01", Hash: []byte("b")})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.mustIn(rig.app, schoolBPath, func(t2 *Tx) error {
		list, err := t2.Punishments(ids[0])
		require.Empty(t, list)
		return err
	})
}

func TestConcurrentSameRequestRecordsOnePunishment(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	n := NewPunishment{Student: rig.pupils()[0], Level: "3", DecidedOn: day(t, "2026-11-02"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")}
	both := func(do func() (*Punishment, error)) {
		got, errs := make([]*Punishment, 2), make([]error, 2)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i], errs[i] = do() })
		}
		all.Wait()
		require.NoError(t, errs[0])
		require.NoError(t, errs[1])
		require.Equal(t, got[0], got[1])
		n.Student = got[0].ID
	}
	both(func() (*Punishment, error) { return rig.punish(schoolAPath, n) })
	c := PunishmentCancel{ID: n.Student, CancelledOn: day(t, "2026-11-20"), DocumentNo: "2号", Key: "pardon-01", Hash: []byte("b")}
	both(func() (*Punishment, error) { return rig.pardon(schoolAPath, c) })
	require.Equal(t, 2, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'PUNISHMENT'`))
}

// When a school moves under another bureau, its punishments move too.
func TestPunishmentsFollowTheirSchool(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	_, err := rig.punish(schoolAPath, NewPunishment{Student: rig.pupils()[0], Level: "1", DecidedOn: day(t, "2026-11-02"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")})
	require.NoError(t, err)
	rig.mustIn(rig.app, "n.p52", func(t2 *Tx) error {
		city := rig.officeID("n.p52.c5201")
		_, err := t2.ReassignOrganisation(rig.school[schoolAPath], 1, city)
		return err
	})
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM punishment p JOIN student s ON s.id = p.student_id AND s.org_path = p.org_path WHERE p.org_path = 'n.p52.c5201.s2152000123'`))
}

func (r *recordsRig) officeID(path string) uuid.UUID {
	r.t.Helper()
	var id uuid.UUID
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id FROM organisation WHERE path = $1::text::ltree`, path).Scan(&id))
	return id
}
