package student_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

func punish(r *storetest.County, path string, n student.NewPunishment) (*student.Punishment, error) {
	var p *student.Punishment
	err := r.In(r.App, path, func(t *change.Tx) (err error) { p, err = student.RecordPunishment(t.Tx, n); return err })
	return p, err
}

func pardon(r *storetest.County, path string, c student.PunishmentCancel) (*student.Punishment, error) {
	var p *student.Punishment
	err := r.In(r.App, path, func(t *change.Tx) (err error) { p, err = student.CancelPunishment(t.Tx, c); return err })
	return p, err
}

func TestAPunishmentIsRecordedAndCancelledOnce(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	n := student.NewPunishment{Student: id, Level: "2", DecidedOn: day(t, "2026-11-02"), DocumentNo: "示例字〔2026〕3号", Key: "punish-01", Hash: []byte("a")}
	first, err := punish(rig, storetest.SchoolA, n)
	require.NoError(t, err)
	require.Equal(t, storetest.SchoolA, first.OrgPath)
	again, err := punish(rig, storetest.SchoolA, n)
	require.NoError(t, err)
	require.Equal(t, first, again, "the same request gives the same answer")
	other := n
	other.Hash = []byte("b")
	_, err = punish(rig, storetest.SchoolA, other)
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM punishment`))

	c := student.PunishmentCancel{ID: first.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "示例字〔2026〕9号", Key: "pardon-01", Hash: []byte("c")}
	early, late := c, c
	early.CancelledOn, late.CancelledOn = day(t, "2026-11-01"), day(t, "2026-11-21")
	for _, wrong := range []student.PunishmentCancel{early, late} {
		_, err = pardon(rig, storetest.SchoolA, wrong)
		require.ErrorIs(t, err, refusal.New(refusal.PunishmentCancelDate))
	}
	done, err := pardon(rig, storetest.SchoolA, c)
	require.NoError(t, err)
	require.Equal(t, int64(2), done.Version)
	require.Equal(t, c.CancelledOn, done.CancelledOn)
	again, err = pardon(rig, storetest.SchoolA, c)
	require.NoError(t, err)
	require.Equal(t, done, again)
	c.Key, c.Hash = "pardon-02", []byte("d")
	_, err = pardon(rig, storetest.SchoolA, c)
	require.ErrorIs(t, err, refusal.New(refusal.PunishmentCancelled))
	second, err := punish(rig, storetest.SchoolA, student.NewPunishment{Student: id, Level: "9", DecidedOn: day(t, "2026-11-03"), DocumentNo: "4号", Key: "punish-02", Hash: []byte("e")})
	require.NoError(t, err)
	_, err = pardon(rig, storetest.SchoolA, student.PunishmentCancel{ID: second.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "9号", Key: "pardon-01", Hash: []byte("f")})
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))

	rig.MustIn(rig.App, storetest.Bureau, func(t2 *change.Tx) error {
		list, err := student.Punishments(t2.Tx, id)
		require.Len(t, list, 2)
		require.Equal(t, *done, list[0])
		history, err2 := student.History(t2.Tx, id, uuid.Nil, false, 10)
		require.NoError(t, err2)
		require.Len(t, history, 4)
		require.Equal(t, "PUNISHMENT", history[1].Kind)
		require.Equal(t, day(t, "2026-11-20"), history[1].EffectiveOn)
		require.JSONEq(t, `{}`, string(history[2].Before))
		require.JSONEq(t, `{"punishment_id": "`+first.ID.String()+`", "level": "2", "decided_on": "2026-11-02", "document_no": "示例字〔2026〕3号"}`, string(history[2].After))
		return err
	})
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM audit_entry WHERE action LIKE 'punishment.%' AND detail = jsonb_build_object('student', $1::text)`, id.String()))
}

func TestInvalidPunishmentIsRefused(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	ids := rig.Records()
	rig.Leaves(ids[1])
	good := student.NewPunishment{Student: ids[0], Level: "1", DecidedOn: day(t, "2026-11-20"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")}
	for code, one := range map[refusal.Code]func(*student.NewPunishment) string{
		refusal.PunishmentExpulsion: func(n *student.NewPunishment) string { n.Level = student.PunishmentExpulsion; return storetest.SchoolA },
		refusal.PunishmentDate: func(n *student.NewPunishment) string {
			n.DecidedOn = day(t, "2026-11-21")
			return storetest.SchoolA
		},
		refusal.NotInRegister: func(n *student.NewPunishment) string { n.Student = ids[1]; return storetest.SchoolA },
		refusal.NotFound:      func(*student.NewPunishment) string { return storetest.SchoolB },
	} {
		n := good
		path := one(&n)
		_, err := punish(rig, path, n)
		require.ErrorIs(t, err, refusal.New(code))
	}
	require.Zero(t, rig.Count(`SELECT count(*) FROM punishment`))
	p, err := punish(rig, storetest.SchoolA, good)
	require.NoError(t, err)
	_, err = pardon(rig, storetest.SchoolB, student.PunishmentCancel{ID: p.ID, CancelledOn: day(t, "2026-11-20"), DocumentNo: "2号", Key: "pardon-01", Hash: []byte("b")})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.MustIn(rig.App, storetest.SchoolB, func(t2 *change.Tx) error {
		list, err := student.Punishments(t2.Tx, ids[0])
		require.Empty(t, list)
		return err
	})
}

func TestConcurrentSameRequestRecordsOnePunishment(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	n := student.NewPunishment{Student: rig.Records()[0], Level: "3", DecidedOn: day(t, "2026-11-02"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")}
	both := func(do func() (*student.Punishment, error)) {
		got, errs := make([]*student.Punishment, 2), make([]error, 2)
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
	both(func() (*student.Punishment, error) { return punish(rig, storetest.SchoolA, n) })
	c := student.PunishmentCancel{ID: n.Student, CancelledOn: day(t, "2026-11-20"), DocumentNo: "2号", Key: "pardon-01", Hash: []byte("b")}
	both(func() (*student.Punishment, error) { return pardon(rig, storetest.SchoolA, c) })
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'PUNISHMENT'`))
}

// When a school moves under another bureau, its punishments move too.
func TestPunishmentsFollowTheirSchool(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	_, err := punish(rig, storetest.SchoolA, student.NewPunishment{Student: rig.Records()[0], Level: "1", DecidedOn: day(t, "2026-11-02"), DocumentNo: "1号", Key: "punish-01", Hash: []byte("a")})
	require.NoError(t, err)
	rig.MustIn(rig.App, "n.p52", func(t2 *change.Tx) error {
		city := rig.ID("n.p52.c5201")
		_, err := office.Reassign(t2.Tx, rig.ID(storetest.SchoolA), 1, city)
		return err
	})
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM punishment p JOIN student s ON s.id = p.student_id AND s.org_path = p.org_path WHERE p.org_path = 'n.p52.c5201.s2152000123'`))
}
