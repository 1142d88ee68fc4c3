package storetest

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// Records are the records with a number of a document, in the order of their names.
func (c *County) Records() (ids []uuid.UUID) {
	c.t.Helper()
	for _, text := range c.Texts(`SELECT id::text FROM student WHERE id_hash IS NOT NULL ORDER BY name, id`) {
		ids = append(ids, uuid.MustParse(text))
	}
	return ids
}

// Rows are the rows of a roster by their numbers.
func (c *County) Rows(r *registration.Roster) map[int]registration.RosterRow {
	c.t.Helper()
	rows := map[int]registration.RosterRow{}
	c.MustIn(c.App, r.OrgPath, func(tx *change.Tx) error {
		list, err := registration.ReadRosterRows(tx.Tx, r.ID, registration.RowFilter{}, 0, 1000)
		for _, one := range list {
			rows[one.RowNo] = one
		}
		return err
	})
	return rows
}

// Search finds the records that an office may see.
func (c *County) Search(path string, q student.Search) (list []student.FoundRecord) {
	c.t.Helper()
	if q.Most == 0 {
		q.Most = 50
	}
	c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
		list, err = student.Find(tx.Tx, q)
		return err
	})
	return list
}

// Find looks for a pupil of another school, as an office does that wants to receive one.
func (c *County) Find(path string, claim change.PupilReference) (f *transfer.FoundPupil, err error) {
	c.t.Helper()
	err = c.In(c.App, path, func(tx *change.Tx) (err error) {
		f, err = transfer.FindPupil(tx, claim, c.Office(path))
		return err
	})
	return f, err
}

// ClaimOf is what somebody knows who can name a pupil completely.
func (c *County) ClaimOf(studentID uuid.UUID) change.PupilReference {
	c.t.Helper()
	return change.PupilReference{
		Name:   c.Text(`SELECT name FROM student WHERE id = $1`, studentID),
		Number: c.Secret(studentID, student.SecretStudentNumber), IDNumber: c.Secret(studentID, student.SecretIDNumber),
	}
}

// Secret is a number of a record in the clear, as its school may read it.
func (c *County) Secret(studentID uuid.UUID, secret student.Secret) (number string) {
	c.t.Helper()
	c.MustIn(c.App, Nation, func(tx *change.Tx) (err error) {
		number, err = student.RevealSecret(tx.Tx, studentID, secret, student.RevealVerify)
		return err
	})
	return number
}

// ItemsOf is the sheet of a record in the clear, without what is empty.
func (c *County) ItemsOf(studentID uuid.UUID) roster.Pupil {
	c.t.Helper()
	var record *student.Record
	c.MustIn(c.App, Nation, func(tx *change.Tx) (err error) {
		record, err = student.Read(tx.Tx, studentID)
		return err
	})
	p := roster.Pupil{}
	for _, column := range c.Reader.Template().Columns {
		value := record.Item(column.Field)
		if value != "" && column.Field.Secret() {
			value = c.Secret(studentID, student.Secret(column.Field))
		}
		if value != "" {
			p[column.Field] = value
		}
	}
	return p
}

// Rules are what items of a record are judged with.
func (c *County) Rules() roster.Rules {
	return roster.Rules{Reader: c.Reader, Divisions: c.Divisions}
}

// Edit changes items of a record, as an office does.
func (c *County) Edit(path string, studentID uuid.UUID, version int64, items map[roster.Field]string) (out *student.EditOutcome, err error) {
	c.t.Helper()
	err = c.In(c.App, path, func(tx *change.Tx) (err error) {
		out, err = student.Edit(tx.Tx, studentID, student.EditRequest{Version: version, Items: items, Reason: "家长来电"}, c.Rules())
		return err
	})
	return out, err
}

// Dedupe looks for doubles of every record that was not looked at, and gives how many.
func (c *County) Dedupe() (looked int) {
	c.t.Helper()
	for n := 1; n > 0; looked += n {
		c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
			n, err = problem.Dedupe(tx.Tx, 2)
			return err
		})
	}
	return looked
}

// Flags are the problems of a record.
func (c *County) Flags(student uuid.UUID) (flags []string) {
	c.t.Helper()
	require.NoError(c.t, json.Unmarshal([]byte(c.Text(`SELECT to_json(problem_flags)::text FROM student WHERE id = $1`, student)), &flags))
	return flags
}

// Policy puts rules of a province into force today.
func (c *County) Policy(path string, rules string) {
	c.t.Helper()
	c.PolicyFrom(path, c.App.Clock().Today(), rules)
}

// PolicyFrom puts rules of a province into force on a day.
func (c *County) PolicyFrom(path string, day calendar.Date, rules string) {
	c.t.Helper()
	n := policy.NewPolicy{Province: c.Office(path).Province, ValidFrom: day, Text: []byte(rules), Comment: "测试", Key: uuid.NewString(), Hash: []byte(rules)}
	n.BasedOn = c.Count(`SELECT coalesce(max(version), 0) FROM policy WHERE province_code = $1`, n.Province)
	require.NoError(c.t, c.As(c.Who(path, org.BureauSysadmin), func(tx *change.Tx) error {
		_, err := policy.Add(tx.Tx, n)
		return err
	}))
}

// Exec runs a statement in a transaction of the register, and gives the rows it touched.
// It is for walls: no state is made by it.
func Exec(tx *store.Tx, statement string, args ...any) (int64, error) {
	done := tx.DB().Exec(statement, args...)
	return done.RowsAffected, done.Error
}
