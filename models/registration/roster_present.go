package registration

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// compareWithRegister compares the good rows of a batch with the register, all at once. A pupil
// whom the school has already is PRESENT or DIFFERS; a pupil of another school is
// refused.
func (c *rosterCheck) compareWithRegister(t *store.Tx, batch []checkedRow) error {
	var pupils []pupilToFind
	var hashes [][]byte
	for i := range batch {
		row := &batch[i]
		if !row.isGood() {
			continue
		}
		p := describePupil(c.store, i, row.Values)
		pupils, hashes = append(pupils, p), append(hashes, p.keys...)
	}
	known, err := findPupilsOfSchool(t, c.school, pupils)
	if err != nil {
		return err
	}
	elsewhere, err := registeredElsewhere(t, c.by, c.subject, hashes, known)
	if err != nil {
		return err
	}
	for _, p := range pupils {
		k, here := known[p.key]
		switch {
		case here && k.otherPerson:
			c.refuse(&batch[p.key], refusal.New(refusal.IdentityOfAnother))
		case here && !k.similarOnly:
			continue // compared below
		case slices.ContainsFunc(p.keys, func(key []byte) bool { return elsewhere[string(key)] }):
			c.refuse(&batch[p.key], refusal.New(refusal.IdentityRegistered))
		case here:
			c.addFinding(&batch[p.key], roster.Name, roster.Remark, refusal.New(refusal.RosterNamesake))
		}
	}
	return c.compareKnownPupils(t, batch, known)
}

// compareKnownPupils says for rows whose pupils the school has whether their items agree with the
// register.
func (c *rosterCheck) compareKnownPupils(t *store.Tx, batch []checkedRow, known map[int]foundPupil) error {
	var ids []uuid.UUID
	for _, k := range known {
		if !k.similarOnly && !k.otherPerson && k.inRegister {
			ids = append(ids, k.id)
		}
	}
	if len(ids) == 0 && len(known) == 0 {
		return nil
	}
	records, err := student.ReadEditableRecords(t, ids, roster.Rules{Reader: c.sheet.Reader, Divisions: c.sheet.Divisions})
	if err != nil {
		return err
	}
	for i := range batch {
		k, here := known[i]
		if !here || k.similarOnly || k.otherPerson {
			continue
		}
		row := &batch[i]
		record := records[k.id]
		if record == nil { // no longer in the register
			c.refuse(row, student.NotInRegister(refusal.IdentityOwnLeft, &student.Record{EnrolStatus: k.state}))
			continue
		}
		row.StudentID = k.id
		// The row is not registered, so its corrections do not matter.
		row.Verdict, row.Findings = RowPresent, nil
		if differing := c.differingHeaders(row.Values, record.Current); len(differing) > 0 {
			row.Verdict = RowDiffers
			code := refusal.RosterDiffers
			if record.Current.IDNumber() == "" {
				code = refusal.RosterDiffersUnnumbered
			}
			c.addFinding(row, "", roster.Remark, refusal.New(code).WithText("items", strings.Join(differing, "、"), roster.HeadersInEnglish(differing)))
		}
	}
	return nil
}

// differingHeaders returns the headers of the items in which a row differs from the record. An
// empty cell is no difference.
func (c *rosterCheck) differingHeaders(values map[roster.Field]string, current roster.Pupil) []string {
	var headers []string
	for _, column := range c.sheet.Reader.Template().Columns {
		value := values[column.Field]
		if value != "" && column.Kind != roster.KindHidden && value != student.TidyItem(column.Field, current[column.Field]) {
			headers = append(headers, column.Header)
		}
	}
	return headers
}

// refuse refuses a row by the facts of the register.
func (c *rosterCheck) refuse(row *checkedRow, reason *refusal.Error) {
	f := roster.IDNumber
	if row.Values[f] == "" {
		f = roster.Name
	}
	row.Verdict = RowRejected
	c.addFinding(row, f, roster.Reject, reason)
}

// addFinding adds a finding about the register to a row, at an item or at the whole row.
func (c *rosterCheck) addFinding(row *checkedRow, f roster.Field, severity roster.Severity, reason *refusal.Error) {
	found := roster.Finding{Row: row.RowNo, Field: f, Code: reason.Code, Severity: severity, Params: reason.Params}
	if f != "" {
		found.Column, found.Header = c.letters[f], c.sheet.Reader.Template().Column(f).Header
	}
	if f == roster.IDNumber {
		found.Shown = student.MaskDocument(row.Values[f])
	}
	if row.Verdict == RowAccepted && severity == roster.Remark {
		row.Verdict = RowRemarked
	}
	row.Findings = append(slices.Clone(row.Findings), found)
}
