package student

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// Follower is a table whose rows belong to a record and go with it to another school,
// because the office path in each row is that of the record's school. Every subject lists
// its own tables; the caller that changes a record passes the lists of all subjects.
type Follower struct {
	Table  string
	Record string // the column with the ID of the record
	Path   string // the column with the path of the school
}

// RecordFollowers lists the tables of the record itself whose rows follow a record.
func RecordFollowers() []Follower {
	return []Follower{
		{Table: "guardian", Record: "student_id", Path: "org_path"},
		{Table: "suspension", Record: "student_id", Path: "org_path"},
		{Table: "punishment", Record: "student_id", Path: "org_path"},
	}
}

// moveRecord moves a record to the receiving school with all its followers, in the
// transaction of the last decision. The old school keeps its lines of the history and
// gets a line that says how the record left (教基一〔2013〕7号 Arts 14–16). The student
// number stays (Art. 5).
func moveRecord(t *store.Tx, w *RecordWrite) error {
	to, err := uuid.Parse(w.After.SchoolID)
	if err != nil {
		return fmt.Errorf("school of a record: %w", err)
	}
	if w.Path == "" || len(w.Followers) == 0 {
		return errors.New("move a record: nobody said where it goes and what follows it")
	}
	t.Later("move a record", 1, `UPDATE student SET school_id = ?, org_path = ? WHERE id = ?`, to, w.Path, w.Was.ID)
	for _, f := range w.Followers {
		t.Later("move what follows a record", store.AnyRows, `UPDATE `+f.Table+` SET `+f.Path+` = ? WHERE `+f.Record+` = ?`, w.Path, w.Was.ID)
	}
	left := w.Was.Record
	left.Enrol = status.LeftBehind(w.Kind, w.Was.Record.Enrol)
	left.Standing = left.Enrol.Standing()
	if err := WriteHistory(t, w.line(moveOut, w.Was.OrgPath, facetsOf(left))); err != nil {
		return err
	}
	return WriteHistory(t, w.line(moveIn, w.Path, facetsOf(w.After)))
}
