package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// plainKeyItem says whether a province may make an item of the sheet key data
// (M14): any item of the pupil that is neither part of the identity, which always
// may, nor secret, nor said by school and class.
func plainKeyItem(f roster.Field, template *roster.Template) bool {
	column := template.Column(f)
	if column == nil || column.Kind == roster.KindHidden || IsSecret(f) || strings.HasPrefix(string(f), memberPrefix) {
		return false
	}
	return f != roster.SchoolCode && f != roster.ClassCode && !slices.Contains(status.KeyItems(), string(f))
}

// KeyFieldsFault tells which key fields of a policy are no items of the national
// sheet that can be key data; a typing error must not pass as silence.
func KeyFieldsFault(p process.Policy) error {
	template, err := roster.National()
	if err != nil {
		return err
	}
	var wrong []string
	for _, f := range p.KeyFields {
		if !slices.Contains(status.KeyItems(), f) && !plainKeyItem(roster.Field(f), template) {
			wrong = append(wrong, f)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("key_fields: %s: no items of the sheet that can be key data", strings.Join(wrong, ", "))
}

// split parts what an applicant filled in: identity, which status judges, and
// further items the province has made key data. What is neither stays with the
// identity, for status to refuse.
func (t *Tx) split(policy process.Policy, given map[string]string) (identity map[string]string, items map[roster.Field]string) {
	identity, items = map[string]string{}, map[roster.Field]string{}
	for field, text := range given {
		reader := t.store.items.Reader
		if reader != nil && slices.Contains(policy.KeyFields, field) && plainKeyItem(roster.Field(field), reader.Template()) {
			items[roster.Field(field)] = text
		} else {
			identity[field] = text
		}
	}
	return identity, items
}

// wishItems judges further key items by the rules of the sheet, together with the
// rest of the record, and puts them beside what the record says.
func (t *Tx) wishItems(c *Change, h *held, items map[roster.Field]string) error {
	if len(items) == 0 {
		return nil
	}
	list, err := t.editables([]uuid.UUID{h.ID}, t.store.items)
	if err != nil {
		return err
	}
	r := list[h.ID]
	revised, found := t.store.items.Reader.Revise(r.current, items, &roster.Submission{
		SchoolCode: r.record.SchoolCode, Stage: stageOf(r.record.Stage), Today: t.today(), Divisions: t.store.items.Divisions,
	})
	for _, f := range found {
		if _, mine := items[f.Field]; mine && f.Severity == roster.Reject {
			c.wrong = append(c.wrong, f.Problem().At("/values/"+string(f.Field)))
		}
	}
	for f := range items {
		if before := r.current[f]; revised[f] != before {
			c.values[string(f)] = value{before: before, after: revised[f], text: revised[f], item: true}
		}
	}
	return nil
}

// further lists the items of a change that are no part of the identity.
func (v values) further() map[roster.Field]string {
	items := map[roster.Field]string{}
	for field, one := range v {
		if one.item {
			items[roster.Field(field)] = one.text
		}
	}
	return items
}

// saveItems writes further key items into the record, after its facets (worker).
func (t *Tx) saveItems(c *Change, h *held) error {
	items := c.values.further()
	if len(items) == 0 {
		return nil
	}
	r, err := t.recordOf(h.ID)
	if err != nil {
		return err
	}
	for f, text := range items {
		r.setItem(f, text)
	}
	return t.updateItems(r)
}
