package student_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// The sides of lines that every version of the register has written are read, and written
// again with the same keys.
func TestASideOfTheHistoryKeepsItsKeys(t *testing.T) {
	id := uuid.New()
	for name, text := range map[string]string{
		"nothing": `{}`,
		"a change": `{"enrol_status": "SUSPENDED", "in_register": true, "on_campus": false, "holds_seat": true, "entry_year": 2024, "class_id": "c", "school_id": "s",
			"stage": "PRIMARY", "suspended_from": "2026-01-01", "suspended_until": "2026-06-01"}`,
		"a change of key data": `{"enrol_status": "ENROLLED", "in_register": true, "on_campus": true, "holds_seat": true, "entry_year": 2024, "class_id": "", "school_id": "s",
			"dropout": true, "items": {"name": "某甲", "stage": "x"}}`,
		"a new record": `{"enrol_status": "ENROLLED", "in_register": true, "on_campus": true, "holds_seat": true, "entry_year": 2026, "class_id": "c", "school_id": "s",
			"stage": "PRIMARY", "student_number": "L****"}`,
		"an edit":                  `{"phone": "16316048782", "ethnicity": "06", "blood_type": ""}`,
		"a punishment":             `{"punishment_id": "` + id.String() + `", "level": "1", "decided_on": "2026-11-02", "document_no": "1号"}`,
		"a cancelled punishment":   `{"punishment_id": "` + id.String() + `", "level": "1", "cancelled_on": "2026-11-03", "cancel_document_no": "2号"}`,
		"a punishment that was it": `{"punishment_id": "` + id.String() + `", "level": "1"}`,
	} {
		var side student.HistorySide
		require.NoError(t, json.Unmarshal([]byte(text), &side), name)
		again, err := json.Marshal(side)
		require.NoError(t, err, name)
		require.JSONEq(t, text, string(again), name)
	}
	var old student.HistorySide // of a version that told less
	require.NoError(t, json.Unmarshal([]byte(`{"enrol_status": "DECEASED"}`), &old))
	require.Equal(t, student.Facets{EnrolStatus: status.Deceased}, old.ReadFacets())
	require.Equal(t, student.Facets{}, student.HistorySide{}.ReadFacets())
	require.Error(t, json.Unmarshal([]byte(`[]`), &old))
}

// Both ways of writing lines give the same row; the application role writes no line of a
// change, not even in its own school.
func TestALineOfTheHistoryIsWritten(t *testing.T) {
	rig, pupils := enrolled(t)
	id, changeID := pupils[0], uuid.New()
	line := student.HistoryLine{StudentID: id, Path: storetest.SchoolA, Kind: student.KindEdit, Reason: "家长来电", AccountID: rig.Scope(storetest.SchoolA).Account,
		Before: student.HistorySide{Items: map[string]string{"phone": "1"}}, After: student.HistorySide{Items: map[string]string{"phone": "2"}}}
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		line.EffectiveOn = tx.Today()
		return student.WriteHistory(tx.Tx, &line)
	})
	ofChange := line
	ofChange.ChangeID = changeID
	err := rig.In(rig.App, storetest.SchoolA, func(tx *change.Tx) error { return student.WriteHistory(tx.Tx, &ofChange) })
	require.Equal(t, "42501", storetest.SQLState(err))
	rig.MustIn(rig.Worker, "", func(tx *change.Tx) error {
		return student.WriteHistoryLines(tx.Tx, []student.HistoryLine{line, ofChange})
	})
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM student_history h WHERE h.student_id = $1 AND h.kind = 'EDIT' AND h.org_path = $2::text::ltree AND h.reason = '家长来电'
		AND h.account_id IS NOT NULL AND h.before = '{"phone": "1"}' AND h.after = '{"phone": "2"}' AND (h.change_id IS NULL OR h.change_id = $3)`, id, storetest.SchoolA, changeID))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE change_id = $1`, changeID))
}
