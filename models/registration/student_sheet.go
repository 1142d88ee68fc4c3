package registration

import (
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// PresentSheet is a sheet of the present values of a class, to be changed and handed in as a
// sheet of updates (批量更新).
type PresentSheet struct {
	Class uuid.UUID
	// Fields are the items beside the name and the number, which find the record again.
	Fields []roster.Field
	Reason student.RevealReason
	Rules  roster.Rules
}

// Write writes the sheet. A pupil without a number is left
// out, because no row could name the record. The number that names a pupil stands in it in
// full, so the sheet takes a reason, and who took it, and why, is audited. Other secret numbers
// stay out: an empty cell leaves an item as it is.
func (p PresentSheet) Write(t *store.Tx, w io.Writer) error {
	if err := p.Reason.Check(); err != nil {
		return err
	}
	found, err := student.Find(t, student.Search{Class: p.Class, Most: MaxUpdateRows})
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	records, err := student.ReadEditableRecords(t, ids, p.Rules)
	if err != nil {
		return err
	}
	sheet := p.template()
	var pupils []roster.Pupil
	for _, id := range ids {
		if r := records[id]; r != nil && r.Record.InRegister && r.Current[roster.IDNumber] != "" {
			pupils = append(pupils, r.Current)
		}
	}
	if len(pupils) == 0 {
		return refusal.New(refusal.UpdateNoPupils)
	}
	if err := sheet.Write(w, "", slices.Values(pupils)); err != nil {
		return err
	}
	detail := map[string]string{"reason": string(p.Reason), "numbers": strconv.Itoa(len(pupils))}
	return t.Audit("class.sheet", "class", p.Class.String(), detail)
}

// template returns the layout of the sheet: a part of the national template.
func (p PresentSheet) template() *roster.Template {
	national := p.Rules.Reader.Template()
	sheet := &roster.Template{Sheet: national.Sheet}
	for _, c := range national.Columns {
		if c.Field == roster.Name || c.Field == roster.IDNumber || slices.Contains(p.Fields, c.Field) && !c.Field.Secret() {
			sheet.Columns = append(sheet.Columns, c)
		}
	}
	return sheet
}
