package keydata

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// judgeRequestedValues judges the key items that an applicant filled in by the rules of the sheet,
// together with the rest of the record: a change of key data writes nothing that a roster
// could not bring in. It returns the items of the province's policy in the form in which
// the register would store them. Package status refuses all other items.
func judgeRequestedValues(t *store.Tx, c *change.Change, h *student.PupilRow, given map[string]string) (change.RequestedValues, error) {
	rules, policy := t.Store().Items(), c.Definition.Policy
	typed := map[roster.Field]string{}
	for field, text := range given {
		f := roster.Field(field)
		if slices.Contains(policy.KeyFields, field) && (slices.Contains(status.KeyItems(), field) || rules.Reader.Template().MayBeKey(f)) {
			typed[f] = text
		}
	}
	list, err := student.ReadEditableRecords(t, []uuid.UUID{h.ID}, rules)
	if err != nil {
		return nil, err
	}
	r := list[h.ID]
	in := student.Submission(t, r, rules)
	in.Plausible = ident.OfficialOrFixtureProvince
	revised, found := rules.Reader.Revise(r.Current, typed, in)
	refused := map[roster.Field]bool{}
	for _, f := range found {
		_, mine := typed[f.Field]
		if f.Severity != roster.Reject || !mine && !slices.Contains(status.KeyItems(), string(f.Field)) {
			continue
		}
		refused[f.Field] = true
		c.ValueRefusals = append(c.ValueRefusals, f.Problem().At("/values/"+string(f.Field)))
	}
	out := change.RequestedValues{}
	for f, text := range typed {
		v := change.RequestedValue{Before: r.Current[f], Text: revised[f], Item: !slices.Contains(status.KeyItems(), string(f))}
		if refused[f] { // the revised record keeps the old value
			v.Text = strings.TrimSpace(text)
		}
		out[string(f)] = v
	}
	return out, nil
}
