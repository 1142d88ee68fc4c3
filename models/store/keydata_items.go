package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// plainKeyItem says whether a province may make an item of the sheet key data
// (M14): any item of the pupil that is neither part of the identity, which always
// may, nor secret, nor said by school and class.
func plainKeyItem(f roster.Field, template *roster.Template) bool {
	column := template.Column(f)
	if column == nil || column.Kind == roster.KindHidden || IsSecret(f) {
		return false
	}
	member, _ := f.Member()
	return member == 0 && column.Guard == roster.FreeItem
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

// judgeWishes judges the key items an applicant filled in by the rules of the
// sheet, together with the rest of the record: what a roster could not bring in, a
// change of key data does not write either. It gives the items of the province's
// policy as the register would keep them; what else was filled in status refuses.
func (t *Tx) judgeWishes(c *Change, h *held, given map[string]string) (values, error) {
	rules, policy := t.store.items, c.Definition.Policy
	typed := map[roster.Field]string{}
	for field, text := range given {
		f := roster.Field(field)
		if slices.Contains(policy.KeyFields, field) && (slices.Contains(status.KeyItems(), field) || plainKeyItem(f, rules.Reader.Template())) {
			typed[f] = text
		}
	}
	list, err := t.editables([]uuid.UUID{h.ID}, rules)
	if err != nil {
		return nil, err
	}
	r := list[h.ID]
	in := t.submission(r, rules)
	in.Plausible = ident.OfficialOrFixtureProvince
	revised, found := rules.Reader.Revise(r.current, typed, in)
	refused := map[roster.Field]bool{}
	for _, f := range found {
		_, mine := typed[f.Field]
		if f.Severity != roster.Reject || !mine && !slices.Contains(status.KeyItems(), string(f.Field)) {
			continue
		}
		refused[f.Field] = true
		c.wrong = append(c.wrong, f.Problem().At("/values/"+string(f.Field)))
	}
	out := values{}
	for f, text := range typed {
		v := value{before: r.current[f], text: revised[f], item: !slices.Contains(status.KeyItems(), string(f))}
		if refused[f] { // it stays as it was in what was revised
			v.text = strings.TrimSpace(text)
		}
		out[string(f)] = v
	}
	return out, nil
}

// onceAField keeps the first problem of every key item: the sheet's words are
// nearer to the person than those of the record's own last check.
func onceAField(list []*refusal.Error) []*refusal.Error {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e *refusal.Error) bool {
		again := strings.HasPrefix(e.Field, "/values/") && seen[e.Field]
		seen[e.Field] = true
		return again
	})
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
