package evidence_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// A file is opened by the office that uploaded it and by the parties of its change, and
// each look is audited.
func TestAPaperIsOpenedByThoseWhoMaySeeIt(t *testing.T) {
	c := storetest.New(t)
	loose := c.Paper(storetest.SchoolA, "GUARDIAN_APPLICATION")
	open := func(path string, id uuid.UUID) (e *evidence.Paper, err error) {
		err = c.In(c.App, path, func(tx *change.Tx) (err error) { e, err = evidence.Open(tx.Tx, id); return err })
		return e, err
	}
	e, err := open(storetest.SchoolA, loose.ID)
	require.NoError(t, err)
	require.Equal(t, []any{c.ID(storetest.SchoolA), c.Who(storetest.SchoolA, org.SchoolRegistrar).ID, "证明.pdf", loose.ID.String(), c.Now()}, []any{e.OrgID, e.UploadedBy, e.FileName, e.BlobKey, e.CreatedAt})
	_, err = open(storetest.SchoolB, loose.ID)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'evidence.open'`))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'evidence.upload' AND subject_id = $1::text AND detail ->> 'media_type' = 'application/pdf'`, loose.ID))

	f := change.Filing{Kind: process.Transfer, Pupil: c.ClaimOf(c.Pupil(storetest.SchoolB)), Inputs: map[string]string{"class_id": c.Class(storetest.SchoolA, "2024101").ID.String(), "reason": "搬家"},
		Office: c.Office(storetest.SchoolA), Key: uuid.NewString(), Evidence: []evidence.Ref{loose, c.Paper(storetest.SchoolA, "RESIDENCE_PROOF")}}
	_, err = c.TryFile(f)
	require.NoError(t, err)
	_, err = open(storetest.SchoolB, loose.ID)
	require.NoError(t, err, "a party of the change")
}

// Papers are listed in the order in which they came, without those that were taken out, and
// each says whether it may be attached again.
func TestPapersOfAChange(t *testing.T) {
	c := storetest.New(t)
	id := c.File(process.Suspension, c.Pupil(storetest.SchoolA), nil)
	more, foreign := c.Paper(storetest.SchoolA, "SUSPENSION_PROOF"), c.Paper(storetest.SchoolB, "SUSPENSION_PROOF")
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		first, err := evidence.Attached(tx.Tx, id)
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"GUARDIAN_APPLICATION", "SUSPENSION_PROOF"}, evidence.Kinds(first))
		evidence.Attach(tx.Tx, id, []evidence.Ref{more, more}, 2)
		evidence.TakeOut(tx.Tx, id, 2, []uuid.UUID{first[0].ID})
		now, err := evidence.Attached(tx.Tx, id)
		require.NoError(t, err)
		require.Equal(t, []evidence.Ref{first[1], more}, now)
		how, err := evidence.Usable(tx.Tx, id, storetest.SchoolA, append(first, more, foreign, evidence.Ref{ID: uuid.New()}))
		require.NoError(t, err)
		require.Equal(t, map[uuid.UUID]string{first[0].ID: evidence.TakenOut, first[1].ID: evidence.Free, more.ID: evidence.Free}, how)
		for path, want := range map[string]bool{storetest.SchoolA: true, storetest.SchoolB: false} {
			own, err := evidence.BelongsTo(tx.Tx, more.ID, c.ID(path))
			require.NoError(t, err)
			require.Equal(t, want, own, path)
		}
		none, err := evidence.Usable(tx.Tx, id, storetest.SchoolA, nil)
		require.Empty(t, none)
		return err
	})
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := evidence.RefuseUnknown(tx.Tx, []evidence.Ref{more, foreign, {ID: more.ID, Kind: "OTHER"}})
		require.Len(t, list, 2)
		require.Equal(t, []string{"evidence_unknown /evidence/1", "evidence_twice /evidence/2"}, []string{string(list[0].Code) + " " + list[0].Field, string(list[1].Code) + " " + list[1].Field})
		return err
	})
}
